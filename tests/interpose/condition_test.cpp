// SPDX-License-Identifier: BSL-1.0

#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include "interpose/lock_test.hpp"

#include <pthread.h>
#include <threads.h>

#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace {

using namespace std::chrono_literals;
using weft::spawn;
using weft::test::posix_mutex;

class InterposedCondition : public weft::test::lock_test {};

FIBER_TEST_F(InterposedCondition, WaitingFiberLetsOthersRunAndIsNotified) {
    std::mutex mutex;
    std::condition_variable condition;
    bool ready = false;
    auto waiter = spawn([&] {
        std::unique_lock held(mutex);
        condition.wait(held, [&] { return ready; });
        EXPECT_TRUE(held.owns_lock());
    });
    let_others_run();
    {
        const std::lock_guard held(mutex);
        ready = true;
    }
    condition.notify_one();
    waiter.join();
}

FIBER_TEST_F(InterposedCondition, OneSignalWakesOneFiberAndABroadcastTheOthers) {
    posix_mutex mutex(PTHREAD_MUTEX_NORMAL);
    pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
    int awake = 0;
    const auto wait = [&] {
        pthread_mutex_lock(&mutex.handle);
        EXPECT_EQ(pthread_cond_wait(&condition, &mutex.handle), 0);
        ++awake;
        pthread_mutex_unlock(&mutex.handle);
    };
    auto first = spawn(wait);
    auto second = spawn(wait);
    auto third = spawn(wait);
    let_others_run();
    pthread_cond_signal(&condition);
    let_others_run();
    EXPECT_EQ(awake, 1);
    pthread_cond_broadcast(&condition);
    first.join();
    second.join();
    third.join();
    EXPECT_EQ(awake, 3);
}

FIBER_TEST_F(InterposedCondition, TimedWaitEndsAtItsLimitWithTheMutex) {
    posix_mutex mutex(PTHREAD_MUTEX_ERRORCHECK);
    pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
    pthread_mutex_lock(&mutex.handle);
    const auto limit = weft::test::from_now(CLOCK_REALTIME, 20s);
    EXPECT_EQ(pthread_cond_timedwait(&condition, &mutex.handle, &limit), ETIMEDOUT);
    EXPECT_EQ(pthread_mutex_unlock(&mutex.handle), 0);
}

FIBER_TEST_F(InterposedCondition, LimitIsOnTheClockOfTheCondition) {
    posix_mutex mutex(PTHREAD_MUTEX_NORMAL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_t condition;
    pthread_cond_init(&condition, &attributes);
    pthread_mutex_lock(&mutex.handle);
    const auto limit = weft::test::from_now(CLOCK_MONOTONIC, 20s);
    const auto begin = weft::clock::now();
    EXPECT_EQ(pthread_cond_timedwait(&condition, &mutex.handle, &limit), ETIMEDOUT);
    EXPECT_GE(weft::clock::now() - begin, 19s);
    pthread_mutex_unlock(&mutex.handle);
}

FIBER_TEST_F(InterposedCondition, WaitWithoutTheMutexIsRefused) {
    posix_mutex mutex(PTHREAD_MUTEX_ERRORCHECK);
    pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
    EXPECT_EQ(pthread_cond_wait(&condition, &mutex.handle), EPERM);
}

FIBER_TEST_F(InterposedCondition, CancellationEndsAWaitWithTheMutex) {
    posix_mutex mutex(PTHREAD_MUTEX_ERRORCHECK);
    pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
    weft::move_on_after(1s, [&] {
        pthread_mutex_lock(&mutex.handle);
        EXPECT_EQ(pthread_cond_wait(&condition, &mutex.handle), ETIMEDOUT);
        EXPECT_EQ(pthread_mutex_unlock(&mutex.handle), 0);
    });
}

FIBER_TEST_F(InterposedCondition, CancelledFiberThatWaitsOnLetsOthersRun) {
    std::mutex mutex;
    std::condition_variable condition;
    bool ready = false;
    auto waiter = spawn([&] {
        std::unique_lock held(mutex);
        condition.wait(held, [&] { return ready; });
    });
    let_others_run();
    waiter.cancel();
    let_others_run();
    {
        const std::lock_guard held(mutex);
        ready = true;
    }
    EXPECT_NO_THROW(waiter.join());
}

TEST_F(InterposedCondition, ThreadsAndFibersNotifyEachOther) {
    use_real_time();
    std::mutex mutex;
    std::condition_variable condition;
    int turn = 0;
    const auto play = [&](int mine) {
        for (int round = 0; round < 100; ++round) {
            std::unique_lock held(mutex);
            condition.wait(held, [&] { return turn % 2 == mine; });
            ++turn;
            condition.notify_all();
        }
    };
    std::thread thread(play, 1);
    run([&] { spawn([&] { play(0); }).join(); });
    thread.join();
    EXPECT_EQ(turn, 200);
}

FIBER_TEST_F(InterposedCondition, ThatOfC11Too) {
    mtx_t mutex;
    cnd_t condition;
    mtx_init(&mutex, mtx_plain);
    cnd_init(&condition);
    auto waiter = spawn([&] {
        mtx_lock(&mutex);
        EXPECT_EQ(cnd_wait(&condition, &mutex), thrd_success);
        mtx_unlock(&mutex);
    });
    let_others_run();
    cnd_signal(&condition);
    waiter.join();
    cnd_destroy(&condition);
    mtx_destroy(&mutex);
}

}  // namespace
