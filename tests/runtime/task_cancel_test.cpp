// SPDX-License-Identifier: BSL-1.0
//
// Cancelling tasks; see also cancel_sweep_test.cpp.
#include <weft/task.hpp>

#include <weft/scope.hpp>
#include <weft/task_group.hpp>

#include "support/runtime_test.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>

namespace weft {
namespace {

using namespace std::chrono_literals;
using TaskCancel = test::runtime_test;

// T023: cancelled before it began, the body never runs and what it captured is destroyed.
FIBER_TEST_F(TaskCancel, BeforeTheFirstStepTheBodyNeverRuns) {
    auto held = std::make_shared<int>(1);
    bool ran = false;
    auto early = spawn([&ran, held] { ran = true; });
    EXPECT_TRUE(early.cancel("too early"));
    early.join();
    EXPECT_FALSE(ran);
    EXPECT_EQ(held.use_count(), 1);
    EXPECT_THROW(early.get(), cancelled);
}

// T024 with decision 10: a task that ends with a value delivers it.
FIBER_TEST_F(TaskCancel, ValueIsDeliveredThoughACancelWasPending) {
    task<int> self;
    self = spawn([&] {
        EXPECT_TRUE(self.cancel());
        return 12;
    });
    EXPECT_EQ(self.get(), 12);
}

// T026: the cancellation is level-triggered.
FIBER_TEST_F(TaskCancel, CaughtCancellationComesAgainAtTheNextCall) {
    auto stubborn = spawn([] {
        EXPECT_THROW(this_fiber::sleep_for(1h), cancelled);
        EXPECT_THROW(this_fiber::sleep_for(1h), cancelled);
        EXPECT_THROW(this_fiber::yield(), cancelled);
        return 42;
    });
    let_others_run();
    stubborn.cancel();
    EXPECT_EQ(stubborn.get(), 42);
}

// T030: the reason travels, and the awaiter sees the same exception object.
FIBER_TEST_F(TaskCancel, ReasonAndObjectReachTheAwaiter) {
    const void* inner = nullptr;
    auto waiting = spawn([&] {
        try {
            this_fiber::sleep_for(1h);
        } catch (const cancelled& request) {
            inner = &request;
            throw;
        }
    });
    let_others_run();
    waiting.cancel("why");
    waiting.cancel("too late");
    try {
        waiting.get();
        FAIL() << "get() returned";
    } catch (const cancelled& request) {
        EXPECT_EQ(request.reason(), "why");
        EXPECT_EQ(request.canceller(), this_fiber::id());
        EXPECT_EQ(&request, inner);
    }
}

/// Who cancels a child of a group with this body, as the child is told.
template <class Body>
std::uint64_t canceller_in(Body&& body) {
    std::uint64_t found = 0;
    const auto child = [&] {
        try {
            this_fiber::sleep_for(1h);
        } catch (const cancelled& request) {
            found = request.canceller();
            throw;
        }
    };
    try {
        with_task_group([&](task_group& group) {
            group.spawn(child);
            this_fiber::yield();
            body(group);
        });
    } catch (const exception_group&) {  // of the body or a sibling
    }
    return found;
}

FIBER_TEST_F(TaskCancel, OfAGroupNamesTheFiberBehindIt) {
    EXPECT_EQ(canceller_in([](task_group& group) { group.cancel(); }), this_fiber::id());
    EXPECT_EQ(canceller_in([](task_group&) { throw std::runtime_error("body"); }),
              this_fiber::id());
    std::uint64_t failing = 0;
    const auto canceller = canceller_in([&](task_group& group) {
        group.spawn([&] {
            failing = this_fiber::id();
            throw std::runtime_error("child");
        });
    });
    EXPECT_EQ(canceller, failing);
}

// T031
FIBER_TEST_F(TaskCancel, CancelOfAFinishedTaskIsRefused) {
    auto finished = spawn([] { return 1; });
    finished.join();
    EXPECT_FALSE(finished.cancel());
    EXPECT_EQ(finished.get(), 1);
}

// bpo-34872: a cancel of a runnable fiber reaches what it blocks on next.
FIBER_TEST_F(TaskCancel, ReachesTheNextBlockingCall) {
    task<> self;
    self = spawn([&] {
        self.cancel();
        EXPECT_THROW(this_fiber::sleep_for(100s), cancelled);
    });
    self.join();
    EXPECT_EQ(clock::now(), clock::time_point{});
    self.get();
}

FIBER_TEST_F(TaskCancel, IsDeliveredAtOnceToASleeper) {
    auto sleeper = spawn([] { this_fiber::sleep_for(1h); });
    let_others_run();
    sleeper.cancel();
    EXPECT_THROW(sleeper.get(), cancelled);
    EXPECT_EQ(clock::now(), clock::time_point{});
}

// Cancelling one who waits for a task does not cancel the task (scopes, not futures).
FIBER_TEST_F(TaskCancel, CancelledJoinLeavesTheTaskAlone) {
    auto worker = spawn([] {
        this_fiber::sleep_for(1s);
        return 7;
    });
    auto waiter = spawn([&] { worker.join(); });
    let_others_run();
    waiter.cancel();
    EXPECT_THROW(waiter.get(), cancelled);
    EXPECT_EQ(worker.get(), 7);
}

// T061: the task ends and its waiter is cancelled in one pass; the result stays where it is.
FIBER_TEST_F(TaskCancel, ResultSurvivesACancelledJoin) {
    auto worker = spawn([] {
        this_fiber::sleep_until(clock::time_point{1s});
        return 7;
    });
    EXPECT_FALSE(move_on_at(clock::time_point{1s}, [&] {
        worker.join();
        worker.join();
    }));
    EXPECT_EQ(worker.get(), 7);
}

FIBER_TEST_F(TaskCancel, CancellingTheSpawnerDoesNotReachTheTask) {
    task<int> child;
    auto parent = spawn([&] {
        child = spawn([] {
            this_fiber::sleep_for(1s);
            return 3;
        });
        this_fiber::sleep_for(1h);
    });
    let_others_run();
    parent.cancel();
    parent.join();
    EXPECT_EQ(child.get(), 3);
    EXPECT_THROW(parent.get(), cancelled);
}

// Awaiting a cancelled task is not being cancelled oneself.
FIBER_TEST_F(TaskCancel, CancellationOfAnotherTaskIsAnOrdinaryException) {
    auto other = spawn([] { this_fiber::sleep_for(1h); });
    let_others_run();
    other.cancel();
    cancel_scope scope;
    bool caught = false;
    try {
        scope.run([&] { other.get(); });
    } catch (const cancelled&) {
        caught = true;
    }
    EXPECT_TRUE(caught);
    EXPECT_FALSE(scope.cancelled_caught());
    this_fiber::yield();  // this fiber is not cancelled
}

FIBER_TEST_F(TaskCancel, FailureDuringCleanupWins) {
    auto task = spawn([] {
        try {
            this_fiber::sleep_for(1h);
        } catch (const cancelled&) {
            throw std::runtime_error("cleanup failed");
        }
    });
    let_others_run();
    task.cancel();
    EXPECT_THROW(task.get(), std::runtime_error);
}

}  // namespace
}  // namespace weft
