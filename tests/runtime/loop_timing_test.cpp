// SPDX-License-Identifier: BSL-1.0
//
// What decides how often the loop asks the kernel and how it waits: turn_pace, idle_spin,
// loop_clock.
#include "idle_spin.hpp"
#include "loop_clock.hpp"
#include "turn_pace.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace weft::detail {
namespace {

using namespace std::chrono_literals;

TEST(TurnPace, IsSlowForShortSwitches) {
    turn_pace pace;
    auto now = clock::time_point{1s};
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(pace.next(now), turn_pace::most);
        now += turn_pace::most * 50ns;
    }
}

// Scenario 11: fibers that run long are interrupted by a turn every millisecond.
TEST(TurnPace, QuickensForLongSwitches) {
    turn_pace pace;
    auto now = clock::time_point{1s};
    unsigned switches = pace.next(now);
    for (int i = 0; i < 3; ++i) {
        now += switches * 200us;
        switches = pace.next(now);
    }
    EXPECT_EQ(switches, 5U);
    now += switches * 10ms;
    EXPECT_EQ(pace.next(now), 1U);
}

TEST(TurnPace, RecoversWhenSwitchesAreShortAgain) {
    turn_pace pace;
    auto now = clock::time_point{1s};
    static_cast<void>(pace.next(now));
    now += 1s;
    unsigned switches = pace.next(now);
    EXPECT_EQ(switches, 1U);
    now += switches * 50ns;
    EXPECT_EQ(pace.next(now), turn_pace::most);
}

TEST(TurnPace, ForgetsAWait) {
    turn_pace pace;
    static_cast<void>(pace.next(clock::time_point{1s}));
    pace.forget();
    EXPECT_EQ(pace.next(clock::time_point{10s}), turn_pace::most);
}

TEST(IdleSpin, DoesNotSpinAtFirst) {
    EXPECT_FALSE(idle_spin().worthwhile());
}

TEST(IdleSpin, SpinsAfterAQuickWaitWithAnEvent) {
    idle_spin spin;
    spin.waited(20us, 1);
    EXPECT_TRUE(spin.worthwhile());
    spin.spun(true);
    EXPECT_TRUE(spin.worthwhile());
}

TEST(IdleSpin, LongEmptyAndCrowdedWaitsAreNoReason) {
    idle_spin spin;
    spin.waited(10ms, 1);
    spin.waited(20us, 0);
    spin.waited(20us, 100);
    EXPECT_FALSE(spin.worthwhile());
}

/// Lets the spin fail until it gives up.
void fail(idle_spin& spin) {
    while (spin.worthwhile()) {
        spin.spun(false);
    }
}

// An idle program uses no CPU: spins in vain become rarer.
TEST(IdleSpin, GivesUpAndComesBackMoreSlowly) {
    idle_spin spin;
    int last = 0;
    for (int round = 0; round < 6; ++round) {
        int waits = 0;
        while (!spin.worthwhile()) {
            spin.waited(20us, 1);
            ++waits;
            ASSERT_LE(waits, 64);
        }
        EXPECT_GE(waits, last);
        last = waits;
        fail(spin);
    }
    EXPECT_GE(last, 16);
}

TEST(LoopClock, VirtualTimeStandsStillUntilItJumps) {
    loop_clock time(time_source::virtual_time);
    EXPECT_TRUE(time.is_virtual());
    EXPECT_EQ(time.now(), clock::time_point{});
    time.jump_to(clock::time_point{3s});
    EXPECT_EQ(time.now(), clock::time_point{3s});
}

TEST(LoopClock, RealTimeIsMonotonic) {
    const loop_clock time(time_source::monotonic);
    EXPECT_FALSE(time.is_virtual());
    const auto before = time.now();
    EXPECT_LE(before, time.now());
    EXPECT_LE(before, monotonic_now());
}

}  // namespace
}  // namespace weft::detail
