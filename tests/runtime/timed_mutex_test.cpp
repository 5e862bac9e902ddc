// SPDX-License-Identifier: BSL-1.0
#include <weft/timed_mutex.hpp>

#include <weft/condition_variable.hpp>
#include <weft/error.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/lock_conformance.hpp"
#include "support/runtime_test.hpp"

#include <chrono>
#include <limits>
#include <mutex>
#include <stdexcept>

namespace weft {
namespace {

using namespace std::chrono_literals;
using TimedMutex = test::runtime_test;

FIBER_TEST_F(TimedMutex, GivesUpAfterTheLimitAndLeavesTheLine) {
    timed_mutex guard;
    guard.lock();
    auto late = spawn([&] {
        const auto begin = clock::now();
        EXPECT_FALSE(guard.try_lock_for(10ms));
        EXPECT_EQ(clock::now() - begin, 10ms);
    });
    late.get();
    EXPECT_EQ(guard.statistics().waiting, 0U);
    guard.unlock();
    EXPECT_TRUE(guard.try_lock());
    guard.unlock();
}

FIBER_TEST_F(TimedMutex, IsHandedOverWithinTheLimit) {
    timed_mutex guard;
    guard.lock();
    auto waiter = spawn([&] {
        const std::unique_lock lock(guard, 10ms);
        EXPECT_TRUE(lock.owns_lock());
        EXPECT_EQ(guard.statistics().owner, this_fiber::id());
    });
    this_fiber::sleep_for(5ms);
    EXPECT_EQ(guard.statistics().waiting, 1U);
    guard.unlock();
    waiter.get();
    EXPECT_EQ(guard.statistics().owner, 0U);
}

// A limit that passes in the same moment does not take the mutex away again.
FIBER_TEST_F(TimedMutex, HandOverBeatsTheLimit) {
    timed_mutex guard;
    guard.lock();
    auto waiter = spawn([&] {
        EXPECT_TRUE(guard.try_lock_for(10ms));
        guard.unlock();
    });
    auto holder_ready = clock::now() + 10ms;
    this_fiber::sleep_until(holder_ready - 1ns);
    guard.unlock();
    this_fiber::sleep_until(holder_ready);
    waiter.get();
}

FIBER_TEST_F(TimedMutex, TakesDeadlinesOfAnyClock) {
    timed_mutex guard;
    guard.lock();
    spawn([&] {
        EXPECT_FALSE(guard.try_lock_until(clock::now() + 1ms));
        EXPECT_FALSE(guard.try_lock_until(std::chrono::steady_clock::now() - 1h));
        EXPECT_FALSE(guard.try_lock_until(std::chrono::system_clock::time_point::min()));
    }).get();
    auto patient = spawn([&] {
        EXPECT_TRUE(guard.try_lock_until(std::chrono::steady_clock::time_point::max()));
        guard.unlock();
    });
    this_fiber::sleep_for(24h);
    guard.unlock();
    patient.get();
}

FIBER_TEST_F(TimedMutex, LimitsThatAreNoNumbersAreRefusedAndHugeOnesSaturate) {
    timed_mutex guard;
    using seconds = std::chrono::duration<double>;
    const seconds none(std::numeric_limits<double>::quiet_NaN());
    EXPECT_THROW(static_cast<void>(guard.try_lock_for(none)), std::invalid_argument);
    const std::chrono::time_point<clock, seconds> nowhere(none);
    EXPECT_THROW(static_cast<void>(guard.try_lock_until(nowhere)), std::invalid_argument);
    EXPECT_EQ(guard.statistics().owner, 0U) << "state must be unharmed";
    guard.lock();
    auto patient = spawn([&] {
        EXPECT_TRUE(guard.try_lock_for(std::chrono::hours::max()));
        guard.unlock();
    });
    this_fiber::sleep_for(24h);
    guard.unlock();
    patient.get();
}

// T038
FIBER_TEST_F(TimedMutex, UncontendedTryLockForThrowsWhenCancelled) {
    timed_mutex guard;
    cancel_scope scope;
    scope.cancel();
    EXPECT_FALSE(scope.run([&] { static_cast<void>(guard.try_lock_for(1s)); }));
    EXPECT_EQ(guard.statistics().owner, 0U);
}

FIBER_TEST_F(TimedMutex, CancelledWaiterLeavesTheLine) {
    timed_mutex guard;
    guard.lock();
    auto first = spawn([&] { static_cast<void>(guard.try_lock_for(1h)); });
    auto second = spawn([&] { return guard.try_lock_for(1h); });
    let_others_run();
    first.cancel();
    guard.unlock();
    EXPECT_TRUE(second.get());
    EXPECT_THROW(first.get(), cancelled);
    EXPECT_LT(clock::now(), clock::time_point(1h)) << "no timer is left behind";
}

// T084
FIBER_TEST_F(TimedMutex, CancelAndReleaseServeTheNextWaiter) {
    test::expect_cancel_and_release_to_serve_the_next<timed_mutex>();
}

FIBER_TEST_F(TimedMutex, WaitingForOneselfIsRefused) {
    timed_mutex guard;
    guard.lock();
    EXPECT_THROW(static_cast<void>(guard.try_lock_for(1s)), usage_error);
    guard.unlock();
}

FIBER_TEST_F(TimedMutex, WorksWithAConditionVariable) {
    timed_mutex guard;
    condition_variable changed;
    std::unique_lock<mutex> lock(guard);
    EXPECT_EQ(changed.wait_for(lock, 1ms), std::cv_status::timeout);
    EXPECT_TRUE(lock.owns_lock());
}

}  // namespace
}  // namespace weft
