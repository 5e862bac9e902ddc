// SPDX-License-Identifier: BSL-1.0
//
// What becomes of a task's result or failure, and when. See task_test.cpp for handles.
#include <weft/event.hpp>
#include <weft/fiber_local.hpp>
#include <weft/task.hpp>

#include "support/runtime_test.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace weft {
namespace {

using TaskOutcome = test::runtime_test;

// Scenario 5: an uncaught exception of a detached fiber is reported and ends only that fiber.
FIBER_TEST_F(TaskOutcome, FailureOfADetachedFiberIsReported) {
    spawn([] { throw std::runtime_error("lost"); }, {.name = "worker"}).detach();
    let_others_run();
    const auto reports = take_reports();
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].kind, error_kind::unhandled_exception);
    EXPECT_EQ(reports[0].fiber_name, "worker");
    EXPECT_EQ(describe(reports[0].error), "lost");
    EXPECT_NE(std::string(reports[0].spawned_at.file_name()).find("task_outcome_test"),
              std::string::npos);
}

// T034: a failure that nobody read is reported once.
FIBER_TEST_F(TaskOutcome, FailureThatNobodyReadIsReported) {
    {
        auto failing = spawn([] { throw std::runtime_error("unread"); });
        failing.join();
    }
    const auto reports = take_reports();
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].kind, error_kind::result_never_read);
    EXPECT_EQ(describe(reports[0].error), "unread");
}

// T034: once read, it is not reported. A cancel that comes too late reads nothing.
FIBER_TEST_F(TaskOutcome, FailureThatWasReadIsNotReported) {
    auto read = spawn([] { throw std::runtime_error("read"); });
    EXPECT_THROW(read.get(), std::runtime_error);
    EXPECT_EQ(take_reports().size(), 0U);
    {
        auto failed = spawn([] { throw std::runtime_error("unread"); });
        failed.join();
        EXPECT_FALSE(failed.cancel());
    }
    const auto reports = take_reports();
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_NE(std::string(reports[0].spawned_at.file_name()).find("task_outcome_test"),
              std::string::npos);
}

// T036, as decided: a task never begins in its spawner, and ends like any other when it never
// waits.
FIBER_TEST_F(TaskOutcome, TaskThatNeverWaitsEndsWithItsFirstTurn) {
    fiber_local<int> number(1);
    const auto self = this_fiber::id();
    std::uint64_t other = 0;
    auto quick = spawn([&] {
        number.set(2);
        other = this_fiber::id();
    });
    EXPECT_EQ(other, 0U);
    EXPECT_FALSE(quick.done());
    this_fiber::yield();
    EXPECT_TRUE(quick.done());
    EXPECT_EQ(other, quick.id());
    EXPECT_EQ(this_fiber::id(), self);
    EXPECT_EQ(*number, 1);
    EXPECT_FALSE(quick.cancel());
}

// T037, as decided: a fiber needs no future. Asking too early waits instead of failing, the result
// is given once, and whoever waited goes on later, in order, never inside of what ended the wait.
FIBER_TEST_F(TaskOutcome, ThoseWhoWaitGoOnLaterInTheOrderOfArrival) {
    std::string trace;
    event may_end;
    auto asked = spawn([&] {
        may_end.wait();
        spawn([&] { trace += "after "; }).detach();
        trace += "end ";
    });
    std::vector<task<>> waiting;
    for (const char* name : {"1 ", "2 ", "3 "}) {
        waiting.push_back(spawn([&, name] {
            asked.join();
            trace += name;
        }));
    }
    let_others_run();
    may_end.set();
    EXPECT_EQ(trace, "");
    asked.get();
    EXPECT_EQ(trace, "end after 1 2 3 ");
    EXPECT_THROW(asked.get(), usage_error);
}

FIBER_TEST_F(TaskOutcome, DetachAfterAFailureReportsItToo) {
    auto failing = spawn([] { throw std::runtime_error("unread"); });
    failing.join();
    failing.detach();
    EXPECT_EQ(take_reports().size(), 1U);
}

}  // namespace
}  // namespace weft
