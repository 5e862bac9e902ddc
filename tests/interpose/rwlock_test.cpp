// SPDX-License-Identifier: BSL-1.0

#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include "interpose/lock_test.hpp"

#include <pthread.h>

#include <cerrno>
#include <mutex>
#include <shared_mutex>
#include <string>

namespace {

using namespace std::chrono_literals;
using weft::spawn;

class InterposedRwlock : public weft::test::lock_test {};

FIBER_TEST_F(InterposedRwlock, WriterWaitsForReadersAndReadersForIt) {
    std::shared_mutex lock;
    std::string order;
    lock.lock_shared();
    auto writer = spawn([&] {
        const std::lock_guard held(lock);
        order += "w";
        weft::this_fiber::sleep_for(1s);
        order += "w";
    });
    let_others_run();
    order += "r";
    lock.unlock_shared();
    let_others_run();
    auto reader = spawn([&] {
        const std::shared_lock held(lock);
        order += "R";
    });
    writer.join();
    reader.join();
    EXPECT_EQ(order, "rwwR");
}

FIBER_TEST_F(InterposedRwlock, ReaderMayReadAgainWhileAWriterWaits) {
    std::shared_mutex lock;
    lock.lock_shared();
    auto writer = spawn([&] { const std::lock_guard held(lock); });
    let_others_run();
    lock.lock_shared();
    lock.unlock_shared();
    EXPECT_FALSE(writer.done());
    lock.unlock_shared();
    writer.join();
}

FIBER_TEST_F(InterposedRwlock, OnlyTheWriterItselfIsADeadlock) {
    pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
    ASSERT_EQ(pthread_rwlock_wrlock(&lock), 0);
    EXPECT_EQ(pthread_rwlock_wrlock(&lock), EDEADLK);
    EXPECT_EQ(pthread_rwlock_rdlock(&lock), EDEADLK);
    auto other = spawn([&] {
        EXPECT_EQ(pthread_rwlock_trywrlock(&lock), EBUSY);
        EXPECT_EQ(pthread_rwlock_wrlock(&lock), 0);
        EXPECT_EQ(pthread_rwlock_unlock(&lock), 0);
    });
    let_others_run();
    EXPECT_EQ(pthread_rwlock_unlock(&lock), 0);
    other.join();
}

FIBER_TEST_F(InterposedRwlock, TimedLocksEndAtTheirLimit) {
    pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
    ASSERT_EQ(pthread_rwlock_wrlock(&lock), 0);
    spawn([&] {
        const auto limit = weft::test::from_now(CLOCK_REALTIME, 20s);
        EXPECT_EQ(pthread_rwlock_timedrdlock(&lock, &limit), ETIMEDOUT);
        EXPECT_EQ(pthread_rwlock_timedwrlock(&lock, &limit), ETIMEDOUT);
    }).join();
    EXPECT_EQ(pthread_rwlock_unlock(&lock), 0);
}

}  // namespace
