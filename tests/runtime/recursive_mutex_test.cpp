// SPDX-License-Identifier: BSL-1.0
#include <weft/recursive_mutex.hpp>

#include <weft/error.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/lock_conformance.hpp"
#include "support/runtime_test.hpp"

#include <chrono>
#include <mutex>
#include <string>

namespace weft {
namespace {

using namespace std::chrono_literals;
using RecursiveMutex = test::runtime_test;

FIBER_TEST_F(RecursiveMutex, IsFreeAfterAsManyUnlocksAsLocks) {
    recursive_mutex guard;
    guard.lock();
    guard.lock();
    EXPECT_TRUE(guard.try_lock());
    EXPECT_EQ(guard.statistics().depth, 3U);
    EXPECT_EQ(guard.statistics().owner, this_fiber::id());
    const auto others_can = [&] {
        return spawn([&] {
                   const std::unique_lock lock(guard, std::try_to_lock);
                   return lock.owns_lock();
               })
            .get();
    };
    guard.unlock();
    guard.unlock();
    EXPECT_FALSE(others_can());
    guard.unlock();
    EXPECT_TRUE(others_can());
}

FIBER_TEST_F(RecursiveMutex, IsHandedToTheOneThatWaitedLongest) {
    recursive_mutex guard;
    std::string order;
    const auto worker = [&](const char* name) {
        return spawn([&, name] {
            const std::scoped_lock twice(guard);
            const std::scoped_lock again(guard);
            order += name;
            EXPECT_EQ(guard.statistics().depth, 2U);
        });
    };
    guard.lock();
    auto first = worker("1");
    auto second = worker("2");
    let_others_run();
    EXPECT_EQ(guard.statistics().waiting, 2U);
    guard.unlock();
    guard.lock();
    order += "3";
    guard.unlock();
    EXPECT_EQ(order, "123");
}

// T084
FIBER_TEST_F(RecursiveMutex, CancelAndReleaseServeTheNextWaiter) {
    test::expect_cancel_and_release_to_serve_the_next<recursive_mutex>();
}

// T091
TEST_F(RecursiveMutex, OnlyTheOwnerMayUnlock) {
    run([] {
        recursive_mutex guard;
        EXPECT_THROW(guard.unlock(), usage_error);
        guard.lock();
        spawn([&] { EXPECT_THROW(guard.unlock(), usage_error); }).get();
        guard.unlock();
        EXPECT_THROW(guard.unlock(), usage_error);
        EXPECT_EQ(guard.statistics().depth, 0U);
    });
    recursive_mutex outside;
    EXPECT_THROW(outside.lock(), usage_error);
    EXPECT_THROW(outside.unlock(), usage_error);
}

// T038
FIBER_TEST_F(RecursiveMutex, LockAgainThrowsWhenCancelled) {
    recursive_timed_mutex guard;
    guard.lock();
    cancel_scope scope;
    scope.cancel();
    EXPECT_FALSE(scope.run([&] {
        EXPECT_THROW(guard.lock(), cancelled);
        static_cast<void>(guard.try_lock_for(1s));
    }));
    EXPECT_EQ(guard.statistics().depth, 1U);
    guard.unlock();
}

FIBER_TEST_F(RecursiveMutex, TimedFormGivesUpOrNests) {
    recursive_timed_mutex guard;
    const std::unique_lock held(guard, 1ms);
    EXPECT_TRUE(guard.try_lock_for(1ms));
    EXPECT_EQ(guard.statistics().depth, 2U);
    spawn([&] {
        EXPECT_FALSE(guard.try_lock_for(1ms));
        EXPECT_FALSE(guard.try_lock_until(clock::now() + 1ms));
    }).get();
    auto waiter = spawn([&] {
        EXPECT_TRUE(guard.try_lock_for(1h));
        EXPECT_EQ(guard.statistics().depth, 1U);
        guard.unlock();
    });
    let_others_run();
    guard.unlock();
    EXPECT_FALSE(waiter.done());
}

}  // namespace
}  // namespace weft
