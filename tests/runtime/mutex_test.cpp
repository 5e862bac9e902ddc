// SPDX-License-Identifier: BSL-1.0
#include <weft/mutex.hpp>

#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/runtime_test.hpp"

#include <mutex>
#include <string>
#include <vector>

namespace weft {
namespace {

using Mutex = test::runtime_test;

FIBER_TEST_F(Mutex, ExcludesOtherFibers) {
    mutex guard;
    int inside = 0;
    std::vector<task<>> all;
    for (int i = 0; i < 10; ++i) {
        all.push_back(spawn([&] {
            const std::lock_guard lock(guard);
            EXPECT_EQ(++inside, 1);
            let_others_run(3);
            --inside;
        }));
    }
    for (auto& each : all) {
        each.get();
    }
}

FIBER_TEST_F(Mutex, IsHandedOverInTheOrderOfArrival) {
    mutex guard;
    std::vector<int> order;
    std::vector<task<>> all;
    guard.lock();
    for (int i = 0; i < 5; ++i) {
        all.push_back(spawn([&, i] {
            const std::lock_guard lock(guard);
            order.push_back(i);
        }));
    }
    let_others_run();
    guard.unlock();
    let_others_run(10);
    EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4}));
}

// T086: a newcomer does not overtake the waiter to whom the mutex was handed.
FIBER_TEST_F(Mutex, NewcomerDoesNotOvertakeAWaiter) {
    mutex guard;
    std::string order;
    guard.lock();
    auto waiter = spawn([&] {
        const std::lock_guard lock(guard);
        order += "w";
    });
    let_others_run();
    guard.unlock();
    EXPECT_FALSE(guard.try_lock());
    guard.lock();
    order += "n";
    guard.unlock();
    EXPECT_EQ(order, "wn");
}

// T084, bpo-27585, bpo-32734, anyio #387, #388: cancel of the first waiter and release in one
// pass.
FIBER_TEST_F(Mutex, CancelThenReleaseServesTheNextWaiter) {
    mutex guard;
    bool entered = false;
    guard.lock();
    auto first = spawn([&] { const std::lock_guard lock(guard); });
    auto second = spawn([&] {
        const std::lock_guard lock(guard);
        entered = true;
    });
    let_others_run();
    first.cancel();
    guard.unlock();
    second.get();
    EXPECT_TRUE(entered);
    EXPECT_THROW(first.get(), cancelled);
    EXPECT_TRUE(guard.try_lock());
    guard.unlock();
}

// T084, the other order: the mutex was handed over before the cancellation, so lock() succeeds.
FIBER_TEST_F(Mutex, ReleaseThenCancelLeavesTheMutexUsable) {
    mutex guard;
    bool entered = false;
    guard.lock();
    auto first = spawn([&] {
        const std::lock_guard lock(guard);
        this_fiber::yield();
    });
    auto second = spawn([&] {
        const std::lock_guard lock(guard);
        entered = true;
    });
    let_others_run();
    guard.unlock();
    first.cancel();
    second.get();
    EXPECT_TRUE(entered);
    EXPECT_THROW(first.get(), cancelled);
    EXPECT_TRUE(guard.try_lock());
    guard.unlock();
}

// T038: every blocking call is a cancellation point, also when it need not wait.
FIBER_TEST_F(Mutex, UncontendedLockThrowsWhenCancelled) {
    mutex guard;
    cancel_scope scope;
    scope.cancel();
    EXPECT_FALSE(scope.run([&] { guard.lock(); }));
    EXPECT_TRUE(guard.try_lock());
    guard.unlock();
}

FIBER_TEST_F(Mutex, TryLockIsNoCancellationPoint) {
    mutex guard;
    cancel_scope scope;
    scope.cancel();
    EXPECT_TRUE(scope.run([&] {
        EXPECT_TRUE(guard.try_lock());
        guard.unlock();
    }));
}

// T091: unlocking what is not held is refused and changes nothing.
FIBER_TEST_F(Mutex, OnlyTheOwnerMayUnlock) {
    mutex guard;
    EXPECT_THROW(guard.unlock(), usage_error);
    guard.lock();
    spawn([&] { EXPECT_THROW(guard.unlock(), usage_error); }).get();
    spawn([&] { EXPECT_FALSE(guard.try_lock()); }).get();
    guard.unlock();
}

FIBER_TEST_F(Mutex, LockingTwiceIsRefused) {
    mutex guard;
    guard.lock();
    EXPECT_THROW(guard.lock(), usage_error);
    guard.unlock();
    EXPECT_TRUE(guard.try_lock());
    guard.unlock();
}

FIBER_TEST_F(Mutex, StatisticsNameTheOwner) {
    mutex guard;
    EXPECT_EQ(guard.statistics().owner, 0U);
    guard.lock();
    auto waiter = spawn([&] { const std::lock_guard lock(guard); });
    let_others_run();
    EXPECT_EQ(guard.statistics().owner, this_fiber::id());
    EXPECT_EQ(guard.statistics().waiting, 1U);
    guard.unlock();
    EXPECT_EQ(guard.statistics().owner, waiter.id()) << "handed over already";
    EXPECT_EQ(guard.statistics().waiting, 0U);
}

TEST_F(Mutex, NeedsAFiber) {
    mutex guard;
    EXPECT_THROW(guard.lock(), usage_error);
    EXPECT_THROW(static_cast<void>(guard.try_lock()), usage_error);
    EXPECT_THROW(guard.unlock(), usage_error);
}

FIBER_TEST_F(Mutex, WorksWithTheLocksOfTheStandardLibrary) {
    mutex first;
    mutex second;
    {
        const std::scoped_lock both(first, second);
        EXPECT_THROW(first.lock(), usage_error);
    }
    std::unique_lock lock(first, std::try_to_lock);
    EXPECT_TRUE(lock.owns_lock());
}

}  // namespace
}  // namespace weft
