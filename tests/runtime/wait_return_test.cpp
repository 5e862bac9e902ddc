// SPDX-License-Identifier: BSL-1.0
#include "engine/wait_return.hpp"

#include <weft/error.hpp>
#include <weft/event.hpp>
#include <weft/semaphore.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include "support/runtime_test.hpp"

#include <array>

namespace weft {
namespace {

using WaitReturn = test::runtime_test;

constexpr char one_place = 0;
constexpr char other_place = 0;

/// Whether a wait is to jump, if the fiber that waited before it returns to `before`.
bool jumps_after(const char& before) {
    detail::wait_queue queue;
    bool jumps = false;
    const auto wait = [&queue](const char& place) {
        return weft_wait_here(queue, detail::wait_reason::other, nullptr, &place);
    };
    auto first = spawn([&] { jumps = wait(one_place); });
    auto second = spawn([&] { wait(before); });
    this_fiber::yield();
    queue.wake_all();
    first.join();
    second.join();
    return jumps;
}

FIBER_TEST_F(WaitReturn, IsAReturnAmongFibersThatWaitInTheSamePlace) {
    EXPECT_FALSE(jumps_after(one_place));
}

FIBER_TEST_F(WaitReturn, IsAJumpAfterAFiberThatWaitsElsewhere) {
    EXPECT_TRUE(jumps_after(other_place));
}

/// More values than there are registers that a call keeps, needed after the wait.
[[gnu::noinline]] int sum_around(counting_semaphore& wanted, counting_semaphore& given, int from) {
    std::array<int, 12> values{};
    for (int& each : values) {
        each = from++;
        asm volatile("" : "+r"(each));
    }
    given.release();
    wanted.acquire();
    int sum = 0;
    for (const int each : values) {
        sum += each;
    }
    return sum;
}

FIBER_TEST_F(WaitReturn, KeepsWhatTheCallerHad) {
    counting_semaphore ping(0);
    counting_semaphore pong(0);
    auto other = spawn([&] {
        for (int i = 0; i < 100; ++i) {
            ping.acquire();
            pong.release();
        }
    });
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(sum_around(pong, ping, i), 12 * i + 66);
    }
    other.join();
}

FIBER_TEST_F(WaitReturn, LetsACancellationThrough) {
    counting_semaphore never(0);
    event begun;
    bool unwound = false;
    auto waiting = spawn([&] {
        begun.set();
        try {
            never.acquire();
        } catch (const cancelled&) {
            unwound = true;
            throw;
        }
    });
    begun.wait();
    waiting.cancel();
    waiting.join();
    EXPECT_TRUE(unwound);
    EXPECT_THROW(waiting.get(), cancelled);
}

}  // namespace
}  // namespace weft
