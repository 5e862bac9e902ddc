// SPDX-License-Identifier: BSL-1.0

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/run_audit.hpp"

namespace {

using testing::HasSubstr;
using weft::test::audited_modules;
using weft::test::run_audit;
using weft::test::verdict_on;

TEST(AuditVerdicts, OneForEachImportThatWaits) {
    const auto module = audited_modules(WEFT_AUDITED_WAITS).at(0);
    EXPECT_EQ(verdict_on(module, "poll"), "covered");
    EXPECT_EQ(verdict_on(module, "pthread_join"), "offloaded");
    EXPECT_EQ(verdict_on(module, "syscall"), "noted");
    EXPECT_EQ(verdict_on(module, "dlopen"), "noted");
    EXPECT_EQ(verdict_on(module, "msgrcv"), "blocks");
    EXPECT_EQ(verdict_on(module, "pthread_exit"), "unsafe");
}

TEST(AuditVerdicts, OnlyWhatBlocksOrIsUnsafeFails) {
    EXPECT_EQ(run_audit({WEFT_AUDITED_WAITS}).code, 1);
    EXPECT_EQ(run_audit({WEFT_AUDITED_CLEAN}).code, 0);
}

TEST(AuditVerdicts, TextHasReasonAndRemedyBelowTheFunctions) {
    EXPECT_THAT(run_audit({WEFT_AUDITED_WAITS}).out,
                HasSubstr("  WILL BLOCK  msgrcv\n"
                          "              waits in the kernel, where the layer does not reach\n"
                          "              Remedy: call it by weft::to_thread"));
}

TEST(AuditVerdicts, JsonCountsThem) {
    const auto report = nlohmann::json::parse(run_audit({"--json", WEFT_AUDITED_WAITS}).out);
    EXPECT_EQ(report.at("formatVersion"), 1);
    EXPECT_EQ(report.at("counts").at("blocks"), 1);
    EXPECT_EQ(report.at("counts").at("unsafe"), 1);
}

TEST(AuditVerdicts, StaticProgramBlocksWhateverItCalls) {
    const auto module = audited_modules(WEFT_AUDITED_STATIC).at(0);
    EXPECT_EQ(verdict_on(module, "static C library"), "blocks");
    EXPECT_EQ(run_audit({WEFT_AUDITED_STATIC}).code, 1);
}

TEST(AuditVerdicts, RuntimesOfOtherLanguagesAreFound) {
    const auto module = audited_modules(WEFT_AUDITED_MARKERS).at(0);
    EXPECT_EQ(verdict_on(module, "futexes of Rust"), "noted");
    EXPECT_EQ(verdict_on(module, "Go runtime"), "unsafe");
}

TEST(AuditVerdicts, CLibraryIsNotJudgedByItsOwnCalls) {
    for (const auto& module : audited_modules(WEFT_AUDITED_CLEAN)) {
        if (module.at("soname") == "libc.so.6") {
            EXPECT_TRUE(module.at("cLibrary"));
            EXPECT_TRUE(module.at("findings").empty());
            return;
        }
    }
    FAIL() << "libc.so.6 is not among the modules";
}

}  // namespace
