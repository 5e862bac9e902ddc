// SPDX-License-Identifier: BSL-1.0
//
// The report of run_options::report_deadlock.
#include <weft/cross_thread/event.hpp>
#include <weft/event.hpp>
#include <weft/mutex.hpp>
#include <weft/run.hpp>
#include <weft/task.hpp>
#include <weft/worker_pool.hpp>

#include "support/descriptors.hpp"
#include "support/runtime_test.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <mutex>
#include <string>
#include <thread>

namespace weft {
namespace {

/// Ends a wait that is a deadlock: the report of it cancels the main fiber, by SIGINT.
class Deadlock : public test::runtime_test {
protected:
    Deadlock() {
        const auto report = options.on_error;
        options.on_error = [this, report](const error_report& made) {
            if (made.kind != error_kind::deadlock) {
                report(made);
                return;
            }
            ++reports;
            text = made.message;
            ::raise(SIGINT);
        };
    }

    int reports = 0;
    std::string text;
};

TEST_F(Deadlock, ACircleOfLocksIsNamed) {
    EXPECT_THROW(run([] {
                     mutex left;
                     mutex right;
                     auto first = spawn(
                         [&] {
                             const std::scoped_lock held(left);
                             let_others_run();
                             right.lock();
                         },
                         {.name = "first"});
                     auto second = spawn(
                         [&] {
                             const std::scoped_lock held(right);
                             let_others_run();
                             left.lock();
                         },
                         {.name = "second"});
                     first.get();
                 }),
                 interrupted);
    EXPECT_EQ(reports, 1);
    EXPECT_TRUE(text ==
                    "fibers wait for each other in a circle: first (mutex) -> second (mutex) "
                    "-> first" ||
                text ==
                    "fibers wait for each other in a circle: second (mutex) -> first (mutex) "
                    "-> second")
        << text;
}

TEST_F(Deadlock, FibersThatNobodyCanWakeAreNamed) {
    EXPECT_THROW(run([] {
                     event never;
                     auto waiting = spawn([&] { never.wait(); }, {.name = "waiting"});
                     waiting.get();
                 }),
                 interrupted);
    EXPECT_EQ(reports, 1);
    EXPECT_EQ(text, "nothing can wake any fiber: main (join), waiting (event)");
}

TEST_F(Deadlock, WhoWaitsForTimeIsNotStuck) {
    run([] {
        event never;
        auto waiting = spawn([&] { never.wait(); });
        this_fiber::sleep_for(std::chrono::hours(1));
        waiting.cancel();
    });
    EXPECT_EQ(reports, 0);
}

TEST_F(Deadlock, WhoWaitsForADescriptorIsNotStuck) {
    run([] {
        auto [left, right] = test::socket_pair();
        auto reader = spawn([&left = left] { return test::receive_text(left); });
        std::thread writer([&right = right] { test::send_from_outside(right, "x"); });
        EXPECT_EQ(reader.get(), "x");
        writer.join();
    });
    EXPECT_EQ(reports, 0);
}

TEST_F(Deadlock, WhoWaitsForAnotherThreadIsNotStuck) {
    run([] {
        cross_thread::event happened;
        std::thread other([&] { happened.set(); });
        happened.wait();
        other.join();
        EXPECT_EQ(to_thread([] { return 7; }), 7);
        const auto here = current_runtime();
        event posted;
        std::thread poster([&] { here.post([&] { posted.set(); }); });
        posted.wait();
        poster.join();
    });
    EXPECT_EQ(reports, 0);
}

TEST_F(Deadlock, IsNotReportedWhereNobodyWantsToKnow) {
    options.report_deadlock = false;
    EXPECT_THROW(
        run([] {
            std::thread killer([self = ::pthread_self()] { ::pthread_kill(self, SIGINT); });
            killer.join();
            event never;
            never.wait();
        }),
        interrupted);
    EXPECT_EQ(reports, 0);
}

TEST(DeadlockDeathTest, EndsTheProcessWithTheChosenCode) {
    EXPECT_EXIT(run(
                    [] {
                        event never;
                        never.wait();
                    },
                    {.deadlock_exit_code = 77}),
                ::testing::ExitedWithCode(77), "deadlock: nothing can wake any fiber: main");
}

}  // namespace
}  // namespace weft
