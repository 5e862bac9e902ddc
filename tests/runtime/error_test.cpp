// SPDX-License-Identifier: BSL-1.0
#include <weft/error.hpp>

#include <gtest/gtest.h>

#include <exception>
#include <source_location>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {
namespace {

std::exception_ptr wrapped(auto thrown) {
    return std::make_exception_ptr(std::move(thrown));
}

TEST(Error, CancelledIsNoStandardException) {
    EXPECT_FALSE((std::is_base_of_v<std::exception, cancelled>));
    const cancelled request(7, "why");
    EXPECT_EQ(request.scope_id(), 7U);
    EXPECT_EQ(request.reason(), "why");
    EXPECT_EQ(request.canceller(), 0U);
}

TEST(Error, IoErrorKnowsWhatWasTransferred) {
    const io_error error(std::make_error_code(std::errc::broken_pipe), "send", 12);
    EXPECT_EQ(error.transferred(), 12U);
    EXPECT_EQ(error.code(), std::errc::broken_pipe);
    EXPECT_NE(std::string(error.what()).find("send"), std::string::npos);
}

TEST(Error, DescribeKnowsEveryKind) {
    EXPECT_EQ(describe(nullptr), "no error");
    EXPECT_EQ(describe(wrapped(std::runtime_error("text"))), "text");
    EXPECT_EQ(describe(wrapped(cancelled(1, ""))), "cancelled");
    EXPECT_EQ(describe(wrapped(cancelled(1, "why"))), "cancelled: why");
    EXPECT_EQ(describe(wrapped(42)), "unknown exception");
}

std::string printed(const error_report& report) {
    ::testing::internal::CaptureStderr();
    default_error_handler(report);
    return ::testing::internal::GetCapturedStderr();
}

TEST(Error, DefaultHandlerPrintsOneLine) {
    error_report report{};
    report.kind = error_kind::unhandled_exception;
    report.fiber_id = 12;
    report.fiber_name = "worker";
    report.error = wrapped(std::runtime_error("broken"));
    report.spawned_at = std::source_location::current();
    const std::string line = printed(report);
    EXPECT_EQ(line.find("weft: unhandled exception in fiber 12 \"worker\" (spawned at "), 0U);
    EXPECT_NE(line.find("error_test.cpp:"), std::string::npos);
    EXPECT_TRUE(line.ends_with(": broken\n"));
}

TEST(Error, DefaultHandlerNeedsNoFiber) {
    error_report report{};
    report.kind = error_kind::pool_not_joined;
    report.message = "left";
    EXPECT_EQ(printed(report), "weft: worker pool not joined: left\n");
}

}  // namespace
}  // namespace weft
