// SPDX-License-Identifier: BSL-1.0
#include <weft/clock.hpp>

#include <weft/this_fiber.hpp>

#include "loop_clock.hpp"
#include "support/runtime_test.hpp"

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>

namespace weft {
namespace {

using namespace std::chrono_literals;
using Clock = test::runtime_test;

TEST_F(Clock, IsMonotonicOutsideARuntime) {
    const auto before = std::chrono::steady_clock::now().time_since_epoch();
    const auto now = clock::now().time_since_epoch();
    const auto after = std::chrono::steady_clock::now().time_since_epoch();
    EXPECT_LE(before, now);
    EXPECT_LE(now, after);
}

TEST_F(Clock, FollowsTheRuntimesTimeInside) {
    run([] {
        EXPECT_EQ(clock::now(), clock::time_point{});
        this_fiber::sleep_for(10h);
        EXPECT_EQ(clock::now(), clock::time_point{10h});
    });
    EXPECT_GT(clock::now(), clock::time_point{10ms});
}

// A crowd of timers expires in parts: the rest of it is overdue when time goes on.
TEST_F(Clock, VirtualTimeNeverGoesBack) {
    detail::loop_clock time(time_source::virtual_time);
    time.jump_to(clock::time_point{2s});
    time.jump_to(clock::time_point{1s});
    EXPECT_EQ(time.now(), clock::time_point{2s});
    time.jump_to(clock::time_point{3s});
    EXPECT_EQ(time.now(), clock::time_point{3s});
}

TEST_F(Clock, IsMonotonicInARuntimeOnRealTime) {
    use_real_time();
    run([] {
        const auto before = std::chrono::steady_clock::now().time_since_epoch();
        EXPECT_LE(before, clock::now().time_since_epoch());
    });
}

FIBER_TEST_F(Clock, DeadlineIsRelativeToNow) {
    this_fiber::sleep_for(5s);
    EXPECT_EQ(deadline_after(2s), clock::time_point{7s});
}

FIBER_TEST_F(Clock, NegativeDurationMeansNow) {
    this_fiber::sleep_for(5s);
    EXPECT_EQ(deadline_after(-2s), clock::time_point{5s});
    EXPECT_EQ(deadline_after(-std::numeric_limits<double>::infinity() * 1s), clock::time_point{5s});
}

FIBER_TEST_F(Clock, LongDurationsSaturate) {
    this_fiber::sleep_for(5s);
    EXPECT_EQ(deadline_after(std::chrono::hours::max()), never);
    EXPECT_EQ(deadline_after(std::chrono::nanoseconds::max()), never);
    EXPECT_EQ(deadline_after(std::numeric_limits<double>::infinity() * 1s), never);
    EXPECT_EQ(deadline_after(std::chrono::duration<float>(1e30F)), never);
}

TEST_F(Clock, FractionsAreRoundedUp) {
    using picoseconds = std::chrono::duration<std::int64_t, std::pico>;
    run([] {
        EXPECT_EQ(deadline_after(picoseconds(1)), clock::time_point{1ns});
        EXPECT_EQ(deadline_after(std::chrono::duration<double>(0.25)), clock::time_point{250ms});
    });
}

TEST_F(Clock, NotANumberIsRefused) {
    EXPECT_THROW(static_cast<void>(deadline_after(std::nan("") * 1s)), std::invalid_argument);
    EXPECT_THROW(static_cast<void>(deadline_after(std::chrono::duration<float>(std::nanf("")))),
                 std::invalid_argument);
}

}  // namespace
}  // namespace weft
