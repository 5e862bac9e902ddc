// SPDX-License-Identifier: BSL-1.0

#include <weft/clock.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include "interpose/lock_test.hpp"

#include <pthread.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <mutex>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;
using weft::spawn;
using weft::test::posix_mutex;

class InterposedMutex : public weft::test::lock_test {};

FIBER_TEST_F(InterposedMutex, FiberThatHoldsItMayWaitWhileAnotherLocks) {
    std::mutex mutex;
    std::string order;
    auto holder = spawn([&] {
        const std::lock_guard held(mutex);
        order += "a";
        weft::this_fiber::sleep_for(1s);
        order += "b";
    });
    auto other = spawn([&] {
        const std::lock_guard held(mutex);
        order += "c";
    });
    holder.join();
    other.join();
    EXPECT_EQ(order, "abc");
}

FIBER_TEST_F(InterposedMutex, FibersGetItInTheOrderTheyCame) {
    std::mutex mutex;
    std::string order;
    const auto visit = [&](char name) {
        for (int round = 0; round < 3; ++round) {
            const std::lock_guard held(mutex);
            order += name;
            weft::this_fiber::sleep_for(1ms);
        }
    };
    auto first = spawn([&] { visit('a'); });
    auto second = spawn([&] { visit('b'); });
    auto third = spawn([&] { visit('c'); });
    first.join();
    second.join();
    third.join();
    EXPECT_EQ(order, "abcabcabc");
}

FIBER_TEST_F(InterposedMutex, RecursiveOneBelongsToAFiber) {
    posix_mutex mutex(PTHREAD_MUTEX_RECURSIVE);
    ASSERT_EQ(pthread_mutex_lock(&mutex.handle), 0);
    ASSERT_EQ(pthread_mutex_lock(&mutex.handle), 0);
    auto other = spawn([&] {
        EXPECT_EQ(pthread_mutex_trylock(&mutex.handle), EBUSY);
        EXPECT_EQ(pthread_mutex_unlock(&mutex.handle), EPERM);
        EXPECT_EQ(pthread_mutex_lock(&mutex.handle), 0);
        EXPECT_EQ(pthread_mutex_unlock(&mutex.handle), 0);
    });
    let_others_run();
    EXPECT_EQ(pthread_mutex_unlock(&mutex.handle), 0);
    let_others_run();
    EXPECT_FALSE(other.done());
    EXPECT_EQ(pthread_mutex_unlock(&mutex.handle), 0);
    other.join();
}

TEST_F(InterposedMutex, OneGivenBackOutsideOfFibersIsNobodys) {
    for (const int type : {PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ERRORCHECK}) {
        posix_mutex mutex(type);
        run([&] { ASSERT_EQ(pthread_mutex_lock(&mutex.handle), 0); });
        ASSERT_EQ(pthread_mutex_unlock(&mutex.handle), 0);
        run([&] {
            ASSERT_EQ(pthread_mutex_lock(&mutex.handle), 0);
            EXPECT_EQ(pthread_mutex_unlock(&mutex.handle), 0);
            EXPECT_EQ(pthread_mutex_unlock(&mutex.handle), EPERM);
        });
    }
}

FIBER_TEST_F(InterposedMutex, CheckingOneRefusesItsOwnerAndStrangers) {
    posix_mutex mutex(PTHREAD_MUTEX_ERRORCHECK);
    EXPECT_EQ(pthread_mutex_unlock(&mutex.handle), EPERM);
    ASSERT_EQ(pthread_mutex_lock(&mutex.handle), 0);
    EXPECT_EQ(pthread_mutex_lock(&mutex.handle), EDEADLK);
    EXPECT_EQ(pthread_mutex_trylock(&mutex.handle), EBUSY);
    spawn([&] { EXPECT_EQ(pthread_mutex_unlock(&mutex.handle), EPERM); }).join();
    EXPECT_EQ(pthread_mutex_unlock(&mutex.handle), 0);
}

FIBER_TEST_F(InterposedMutex, TimedLockEndsAtItsLimitAndLetsOthersRun) {
    posix_mutex mutex(PTHREAD_MUTEX_NORMAL);
    ASSERT_EQ(pthread_mutex_lock(&mutex.handle), 0);
    spawn([&] {
        const auto limit = weft::test::from_now(CLOCK_MONOTONIC, 20s);
        const auto begin = weft::clock::now();
        EXPECT_EQ(pthread_mutex_clocklock(&mutex.handle, CLOCK_MONOTONIC, &limit), ETIMEDOUT);
        EXPECT_GE(weft::clock::now() - begin, 19s);
        const timespec wrong{0, -1};
        EXPECT_EQ(pthread_mutex_timedlock(&mutex.handle, &wrong), EINVAL);
    }).join();
    EXPECT_EQ(pthread_mutex_unlock(&mutex.handle), 0);
}

TEST_F(InterposedMutex, FiberWaitsForAThread) {
    use_real_time();
    std::mutex mutex;
    std::atomic<bool> locked = false;
    std::atomic<bool> end = false;
    std::thread holder([&] {
        const std::lock_guard held(mutex);
        locked = true;
        locked.notify_one();
        end.wait(false);
    });
    locked.wait(false);
    run([&] {
        auto waiter = spawn([&] { const std::lock_guard held(mutex); });
        let_others_run();
        EXPECT_FALSE(waiter.done());
        end = true;
        end.notify_one();
        waiter.join();
    });
    holder.join();
}

FIBER_TEST_F(InterposedMutex, CancellationDoesNotReachWhoeverWaits) {
    std::mutex mutex;
    mutex.lock();
    bool had = false;
    auto waiter = spawn([&] {
        const std::lock_guard held(mutex);
        had = true;
    });
    let_others_run();
    waiter.cancel();
    let_others_run();
    EXPECT_FALSE(waiter.done());
    mutex.unlock();
    EXPECT_NO_THROW(waiter.join());
    EXPECT_TRUE(had);
}

FIBER_TEST_F(InterposedMutex, ChildOfAForkWakesNoFiberOfItsParent) {
    std::mutex mutex;
    mutex.lock();
    auto waiter = spawn([&] { const std::lock_guard held(mutex); });
    let_others_run();
    const pid_t child = fork();
    if (child == 0) {
        mutex.unlock();
        mutex.lock();
        _exit(mutex.try_lock() ? 1 : 0);
    }
    int status = -1;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    let_others_run();
    EXPECT_FALSE(waiter.done());
    mutex.unlock();
    waiter.join();
}

FIBER_TEST_F(InterposedMutex, ThatOfC11Too) {
    mtx_t mutex;
    ASSERT_EQ(mtx_init(&mutex, mtx_plain), thrd_success);
    ASSERT_EQ(mtx_lock(&mutex), thrd_success);
    auto other = spawn([&] {
        EXPECT_EQ(mtx_trylock(&mutex), thrd_busy);
        EXPECT_EQ(mtx_lock(&mutex), thrd_success);
        EXPECT_EQ(mtx_unlock(&mutex), thrd_success);
    });
    let_others_run();
    EXPECT_EQ(mtx_unlock(&mutex), thrd_success);
    other.join();
    mtx_destroy(&mutex);
}

}  // namespace
