// SPDX-License-Identifier: BSL-1.0

#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include "interpose/lock_test.hpp"

#include <semaphore.h>

#include <cerrno>
#include <thread>

namespace {

using namespace std::chrono_literals;
using weft::spawn;

class InterposedSemaphore : public weft::test::lock_test {
protected:
    InterposedSemaphore() { EXPECT_EQ(sem_init(&semaphore, 0, 0), 0); }
    ~InterposedSemaphore() override { EXPECT_EQ(sem_destroy(&semaphore), 0); }

    sem_t semaphore;
};

FIBER_TEST_F(InterposedSemaphore, EachPostLetsOneFiberGoOn) {
    int through = 0;
    const auto pass = [&] {
        EXPECT_EQ(sem_wait(&semaphore), 0);
        ++through;
    };
    auto first = spawn(pass);
    auto second = spawn(pass);
    let_others_run();
    EXPECT_EQ(through, 0);
    sem_post(&semaphore);
    let_others_run();
    EXPECT_EQ(through, 1);
    sem_post(&semaphore);
    first.join();
    second.join();
}

FIBER_TEST_F(InterposedSemaphore, TwoPostsAtOnceLetTwoFibersGoOn) {
    const auto begin = weft::clock::now();
    auto first = spawn([&] { sem_wait(&semaphore); });
    auto second = spawn([&] { sem_wait(&semaphore); });
    let_others_run();
    sem_post(&semaphore);
    sem_post(&semaphore);
    first.join();
    second.join();
    EXPECT_EQ(weft::clock::now(), begin);
}

FIBER_TEST_F(InterposedSemaphore, TimedWaitEndsAtItsLimit) {
    const auto limit = weft::test::from_now(CLOCK_REALTIME, 20s);
    EXPECT_EQ(sem_timedwait(&semaphore, &limit), -1);
    EXPECT_EQ(errno, ETIMEDOUT);
    const timespec wrong{0, -1};
    EXPECT_EQ(sem_timedwait(&semaphore, &wrong), -1);
    EXPECT_EQ(errno, EINVAL);
}

TEST_F(InterposedSemaphore, ThreadPostsForAFiber) {
    use_real_time();
    run([this] {
        std::thread poster;
        auto waiter = spawn([&] { EXPECT_EQ(sem_wait(&semaphore), 0); });
        let_others_run();
        poster = std::thread([&] { sem_post(&semaphore); });
        waiter.join();
        poster.join();
    });
}

}  // namespace
