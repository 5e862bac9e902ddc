// SPDX-License-Identifier: BSL-1.0

#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include "interpose/lock_test.hpp"

#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <thread>

namespace {

using weft::spawn;

class InterposedThreadJoin : public weft::test::lock_test {
protected:
    InterposedThreadJoin() { use_real_time(); }
};

FIBER_TEST_F(InterposedThreadJoin, LetsOtherFibersRun) {
    std::atomic<bool> end = false;
    std::thread thread([&] { end.wait(false); });
    auto joiner = spawn([&] { thread.join(); });
    let_others_run();
    EXPECT_FALSE(joiner.done());
    end = true;
    end.notify_one();
    joiner.join();
}

FIBER_TEST_F(InterposedThreadJoin, GivesTheResultOfTheThread) {
    pthread_t thread{};
    int result = 0;
    ASSERT_EQ(pthread_create(
                  &thread, nullptr, [](void* given) { return given; }, &result),
              0);
    void* returned = nullptr;
    EXPECT_EQ(pthread_join(thread, &returned), 0);
    EXPECT_EQ(returned, &result);
}

FIBER_TEST_F(InterposedThreadJoin, OfItselfIsADeadlock) {
    EXPECT_EQ(pthread_join(pthread_self(), nullptr), EDEADLK);
}

}  // namespace
