// SPDX-License-Identifier: BSL-1.0

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/run_audit.hpp"

namespace {

using testing::HasSubstr;
using weft::test::run_audit;

TEST(AuditCommandLine, NoFileIsWrongUsage) {
    const auto result = run_audit({});
    EXPECT_EQ(result.code, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, HasSubstr("--help"));
}

TEST(AuditCommandLine, HelpNamesVerdictsExitCodesAndAnExample) {
    const auto result = run_audit({"--help"});
    EXPECT_EQ(result.code, 0);
    for (const char* text : {"offloaded", "unsafe", "Exit codes: 0 ", "Example:\n  weft-audit "}) {
        EXPECT_THAT(result.out, HasSubstr(text));
    }
}

TEST(AuditCommandLine, EachModuleOfSeveralFilesIsToldOnce) {
    const auto once = run_audit({WEFT_AUDITED_CLEAN});
    EXPECT_EQ(run_audit({WEFT_AUDITED_CLEAN, WEFT_AUDITED_CLEAN}).out, once.out);
}

}  // namespace
