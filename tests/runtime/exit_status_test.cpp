// SPDX-License-Identifier: BSL-1.0
#include <weft/exit_status.hpp>

#include <gtest/gtest.h>

#include <csignal>

namespace weft {
namespace {

TEST(ExitStatus, KnowsTheCode) {
    const auto status = exit_status::exited(3);
    EXPECT_FALSE(status.success());
    EXPECT_EQ(status.code(), 3);
    EXPECT_FALSE(status.signal());
    EXPECT_EQ(status.to_string(), "exited with 3");
}

TEST(ExitStatus, KnowsTheSignal) {
    const auto status = exit_status::signaled(SIGKILL);
    EXPECT_FALSE(status.success());
    EXPECT_FALSE(status.code());
    EXPECT_EQ(status.signal(), SIGKILL);
    EXPECT_EQ(status.to_string(), "was ended by signal 9 (KILL)");
}

TEST(ExitStatus, ASignalWithoutANameHasItsNumber) {
    EXPECT_EQ(exit_status::signaled(40).to_string(), "was ended by signal 40");
}

TEST(ExitStatus, OnlyCodeZeroIsSuccess) {
    EXPECT_TRUE(exit_status::exited(0).success());
    EXPECT_FALSE(exit_status::exited(1).success());
    EXPECT_FALSE(exit_status::signaled(SIGTERM).success());
}

TEST(ExitStatus, CodesAndSignalsDiffer) {
    EXPECT_EQ(exit_status::exited(9), exit_status::exited(9));
    EXPECT_NE(exit_status::exited(9), exit_status::signaled(9));
}

}  // namespace
}  // namespace weft
