// SPDX-License-Identifier: BSL-1.0
#include <weft/condition_variable.hpp>

#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/runtime_test.hpp"

#include <chrono>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;
using Condition = test::runtime_test;

struct guarded {
    mutex guard;
    condition_variable changed;
    int value = 0;
};

/// Waits for one notification and counts it.
auto counting_waiter(guarded& shared, int& woken) {
    return spawn([&] {
        std::unique_lock lock(shared.guard);
        shared.changed.wait(lock);
        EXPECT_TRUE(lock.owns_lock());
        ++woken;
    });
}

FIBER_TEST_F(Condition, PredicateIsTrueUnderTheLock) {
    guarded shared;
    auto reader = spawn([&] {
        std::unique_lock lock(shared.guard);
        shared.changed.wait(lock, [&] { return shared.value == 3; });
        EXPECT_TRUE(lock.owns_lock());
        return shared.value;
    });
    for (int i = 0; i < 3; ++i) {
        let_others_run();
        const std::lock_guard lock(shared.guard);
        ++shared.value;
        shared.changed.notify_one();
    }
    EXPECT_EQ(reader.get(), 3);
}

FIBER_TEST_F(Condition, TruePredicateNeedsNoWait) {
    guarded shared;
    std::unique_lock lock(shared.guard);
    shared.changed.wait(lock, [] { return true; });
    EXPECT_TRUE(lock.owns_lock());
}

FIBER_TEST_F(Condition, NotifyOneWakesTheOneThatWaitedLongest) {
    guarded shared;
    int first = 0;
    int second = 0;
    auto a = counting_waiter(shared, first);
    auto b = counting_waiter(shared, second);
    let_others_run();
    shared.changed.notify_one();
    let_others_run();
    EXPECT_EQ(first, 1);
    EXPECT_EQ(second, 0);
    shared.changed.notify_one();
    b.get();
}

FIBER_TEST_F(Condition, NotifyAllWakesThoseWhoWaitNow) {
    guarded shared;
    int woken = 0;
    auto a = counting_waiter(shared, woken);
    auto b = counting_waiter(shared, woken);
    let_others_run();
    shared.changed.notify_all();
    auto late = counting_waiter(shared, woken);
    let_others_run();
    EXPECT_EQ(woken, 2);
    shared.changed.notify_one();
    late.get();
}

FIBER_TEST_F(Condition, NotificationWithoutWaiterIsNotKept) {
    guarded shared;
    shared.changed.notify_one();
    shared.changed.notify_all();
    std::unique_lock lock(shared.guard);
    EXPECT_FALSE(move_on_after(1s, [&] { shared.changed.wait(lock); }));
}

// T091: waiting needs the lock.
FIBER_TEST_F(Condition, WaitWithoutTheLockIsRefused) {
    guarded shared;
    std::unique_lock<mutex> none;
    EXPECT_THROW(shared.changed.wait(none), usage_error);
    std::unique_lock deferred(shared.guard, std::defer_lock);
    EXPECT_THROW(shared.changed.wait(deferred), usage_error);
}

// T091, as decided: notifying does not need the lock, as with the standard library. No fiber can
// run between the change and the notification, so nothing can be missed.
FIBER_TEST_F(Condition, NotifyingNeedsNoLock) {
    guarded shared;
    int woken = 0;
    auto first = counting_waiter(shared, woken);
    auto second = counting_waiter(shared, woken);
    let_others_run();
    shared.changed.notify_one();
    let_others_run();
    EXPECT_EQ(woken, 1);
    const std::lock_guard held(shared.guard);
    spawn([&] { shared.changed.notify_all(); }).get();  // another fiber holds it
    EXPECT_EQ(shared.changed.statistics().waiting, 0U);
    EXPECT_EQ(woken, 1);
    first.join();
}

FIBER_TEST_F(Condition, MutexMustBeTheOneThatOthersWaitWith) {
    guarded shared;
    int woken = 0;
    auto waiter = counting_waiter(shared, woken);
    let_others_run();
    mutex other;
    std::unique_lock lock(other);
    EXPECT_THROW(shared.changed.wait(lock), usage_error);
    EXPECT_TRUE(lock.owns_lock());
    shared.changed.notify_one();
    waiter.get();
    EXPECT_EQ(shared.changed.wait_for(lock, 1ms), std::cv_status::timeout);
}

// T091: a lock that another fiber took does not count.
FIBER_TEST_F(Condition, LockOfAnotherFiberIsRefused) {
    guarded shared;
    std::unique_lock lock(shared.guard);
    spawn([&] { EXPECT_THROW(shared.changed.wait(lock), usage_error); }).get();
    EXPECT_TRUE(lock.owns_lock());
}

FIBER_TEST_F(Condition, TimedWaitsEndInTimeWithTheLock) {
    guarded shared;
    std::unique_lock lock(shared.guard);
    const auto begin = clock::now();
    EXPECT_EQ(shared.changed.wait_for(lock, 5ms), std::cv_status::timeout);
    EXPECT_EQ(shared.changed.wait_until(lock, begin + 9ms), std::cv_status::timeout);
    EXPECT_FALSE(shared.changed.wait_for(lock, 1ms, [] { return false; }));
    EXPECT_FALSE(shared.changed.wait_until(lock, begin + 11ms, [] { return false; }));
    EXPECT_TRUE(shared.changed.wait_until(lock, begin, [] { return true; }));
    EXPECT_EQ(clock::now() - begin, 11ms);
    EXPECT_TRUE(lock.owns_lock());
    EXPECT_EQ(shared.changed.statistics().waiting, 0U);
    auto notifier = spawn([&] {
        const std::lock_guard held(shared.guard);
        shared.value = 1;
        shared.changed.notify_one();
    });
    EXPECT_TRUE(shared.changed.wait_for(lock, 1h, [&] { return shared.value == 1; }));
    EXPECT_EQ(clock::now() - begin, 11ms);
}

FIBER_TEST_F(Condition, LimitsThatAreNoNumbersAreRefused) {
    guarded shared;
    std::unique_lock lock(shared.guard);
    const std::chrono::duration<double> no_number(std::nan(""));
    EXPECT_THROW(shared.changed.wait_for(lock, no_number), std::invalid_argument);
    EXPECT_THROW(shared.changed.wait_for(lock, no_number, [] { return false; }),
                 std::invalid_argument);
    EXPECT_TRUE(lock.owns_lock());
    EXPECT_FALSE(move_on_after(1s, [&] {
        shared.changed.wait_for(lock, std::chrono::hours::max());
    })) << "a limit beyond all time is none";
    EXPECT_EQ(shared.changed.statistics().waiting, 0U);
}

// T065, bpo-22970, gh-86766, bpo-42600: the lock is held again when the exception leaves wait().
FIBER_TEST_F(Condition, CancelledWaitHoldsTheLockAgain) {
    guarded shared;
    std::unique_lock lock(shared.guard);
    EXPECT_THROW(fail_after(1s,
                            [&] {
                                try {
                                    shared.changed.wait(lock);
                                } catch (const cancelled&) {
                                    EXPECT_TRUE(lock.owns_lock());
                                    EXPECT_THROW(shared.guard.lock(), cancelled);
                                    throw;
                                }
                            }),
                 timeout_error);
    EXPECT_FALSE(spawn([&] { return shared.guard.try_lock(); }).get());
}

// bpo-32841: cancelled while it takes the lock again, a waiter still ends with the lock in hand.
FIBER_TEST_F(Condition, CancelWhileRelockingWaitsForTheLock) {
    guarded shared;
    int woken = 0;
    auto waiter = counting_waiter(shared, woken);
    let_others_run();
    shared.guard.lock();
    shared.changed.notify_one();
    let_others_run();  // the waiter stands in line for the mutex
    waiter.cancel();
    let_others_run();
    EXPECT_FALSE(waiter.done());
    shared.guard.unlock();
    waiter.get();  // it had been notified: the wait happened
    EXPECT_EQ(woken, 1);
    EXPECT_TRUE(shared.guard.try_lock());
    shared.guard.unlock();
}

// T092, gh-112202, anyio #1075: notified and then cancelled before it runs, a waiter acts on the
// notification.
FIBER_TEST_F(Condition, NotificationBeatsALaterCancel) {
    guarded shared;
    int woken = 0;
    auto first = counting_waiter(shared, woken);
    auto second = counting_waiter(shared, woken);
    let_others_run();
    shared.changed.notify_one();
    first.cancel();
    let_others_run();
    EXPECT_EQ(woken, 1);
    shared.changed.notify_one();
    second.get();
    EXPECT_EQ(woken, 2);
}

// T092, the other order: a waiter cancelled first takes no notification away.
FIBER_TEST_F(Condition, CancelledWaiterTakesNoNotification) {
    guarded shared;
    int woken = 0;
    int unused = 0;
    auto first = counting_waiter(shared, unused);
    auto second = counting_waiter(shared, woken);
    let_others_run();
    first.cancel();
    shared.changed.notify_one();
    second.get();
    EXPECT_EQ(woken, 1);
    EXPECT_THROW(first.get(), cancelled);
    EXPECT_EQ(unused, 0);
}

// gh-111693: the exception that leaves is the one that was thrown, with its scope.
FIBER_TEST_F(Condition, CancellationKeepsItsScope) {
    guarded shared;
    cancel_scope scope;
    auto canceller = spawn([&] { scope.cancel("why"); });
    std::unique_lock lock(shared.guard);
    EXPECT_FALSE(scope.run([&] {
        try {
            shared.changed.wait(lock);
        } catch (const cancelled& request) {
            EXPECT_EQ(request.scope_id(), scope.id());
            EXPECT_EQ(request.reason(), "why");
            throw;
        }
    }));
}

}  // namespace
}  // namespace weft
