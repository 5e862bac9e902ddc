// SPDX-License-Identifier: BSL-1.0
#include <weft/this_fiber.hpp>

#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/runtime_test.hpp"

#include <chrono>
#include <cmath>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;
using ThisFiber = test::runtime_test;

TEST_F(ThisFiber, OutsideFibersThereIsNone) {
    EXPECT_EQ(this_fiber::id(), 0U);
    EXPECT_EQ(this_fiber::name(), "");
    EXPECT_THROW(this_fiber::yield(), usage_error);
    EXPECT_THROW(this_fiber::sleep_for(1s), usage_error);
    EXPECT_THROW(this_fiber::check_cancelled(), usage_error);
}

FIBER_TEST_F(ThisFiber, IdsAreUnique) {
    std::set<std::uint64_t> ids{this_fiber::id()};
    for (int i = 0; i < 3000; ++i) {  // more than an id block
        ids.insert(spawn([] { return this_fiber::id(); }).get());
    }
    EXPECT_EQ(ids.size(), 3001U);
    EXPECT_FALSE(ids.contains(0));
}

FIBER_TEST_F(ThisFiber, NameIsTheOneGivenAtSpawn) {
    EXPECT_EQ(this_fiber::name(), "main");
    EXPECT_EQ(spawn([] { return this_fiber::name(); }, {.name = "reader"}).get(), "reader");
    const std::string longer(40, 'x');
    EXPECT_EQ(spawn([] { return this_fiber::name(); }, {.name = longer}).get(),
              std::string(31, 'x'));
}

FIBER_TEST_F(ThisFiber, NamelessFibersAreNumbered) {
    auto nameless = spawn([] { return this_fiber::name(); });
    const auto id = nameless.id();
    EXPECT_EQ(nameless.get(), "fiber-" + std::to_string(id));
}

FIBER_TEST_F(ThisFiber, YieldLetsEveryReadyFiberRunOnce) {
    std::vector<int> order;
    auto first = spawn([&] {
        order.push_back(1);
        this_fiber::yield();
        order.push_back(4);
    });
    auto second = spawn([&] { order.push_back(2); });
    this_fiber::yield();
    order.push_back(3);
    this_fiber::yield();
    EXPECT_EQ(order, (std::vector{1, 2, 3, 4}));
}

// A.5: sleep(d) with d <= 0 yields exactly once.
FIBER_TEST_F(ThisFiber, SleepOfZeroOrLessYieldsOnce) {
    int steps = 0;
    auto other = spawn([&] {
        for (;;) {
            ++steps;
            this_fiber::yield();
        }
    });
    this_fiber::sleep_for(0s);
    EXPECT_EQ(steps, 1);
    this_fiber::sleep_for(-1h);
    EXPECT_EQ(steps, 2);
    EXPECT_EQ(clock::now(), clock::time_point{});
}

// T012, as decided: a sleep of 0 or less is a yield, so such sleepers keep their place among those
// that are ready.
FIBER_TEST_F(ThisFiber, SleepersWithoutTimeKeepTheirPlaceAmongTheReady) {
    std::string trace;
    const auto note = [&](std::string what) { return [&trace, what] { trace += what; }; };
    const auto sleeper = [&](clock::duration time, std::string what) {
        return [&trace, time, what] {
            this_fiber::sleep_for(time);
            trace += what;
        };
    };
    spawn([&, note] {
        trace += "a ";
        spawn(note("a2 ")).detach();
    }).detach();
    spawn(note("b ")).detach();
    spawn(sleeper(0s, "zero ")).detach();
    spawn(sleeper(-1s, "minus ")).detach();
    let_others_run();
    EXPECT_EQ(trace, "a b a2 zero minus ");
}

FIBER_TEST_F(ThisFiber, SleepersWakeInTheOrderOfTheirDeadlines) {
    std::vector<int> order;
    auto slow = spawn([&] {
        this_fiber::sleep_for(30ms);
        order.push_back(30);
    });
    auto fast = spawn([&] {
        this_fiber::sleep_for(10ms);
        order.push_back(10);
    });
    auto middle = spawn([&] {
        this_fiber::sleep_for(20ms);
        order.push_back(20);
    });
    this_fiber::sleep_for(1s);
    EXPECT_EQ(order, (std::vector{10, 20, 30}));
}

// T012: equal deadlines are served in the order of their arming (decided: FIFO).
FIBER_TEST_F(ThisFiber, EqualDeadlinesAreFirstComeFirstServed) {
    std::vector<int> order;
    std::vector<task<>> all;
    for (int i = 0; i < 20; ++i) {
        all.push_back(spawn([&, i] {
            this_fiber::sleep_until(clock::time_point{1s});
            order.push_back(i);
        }));
    }
    this_fiber::sleep_for(2s);
    ASSERT_EQ(order.size(), 20U);
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

FIBER_TEST_F(ThisFiber, SleepUntilAPastDeadlineReturns) {
    this_fiber::sleep_for(5s);
    this_fiber::sleep_until(clock::time_point{1s});
    EXPECT_EQ(clock::now(), clock::time_point{5s});
}

FIBER_TEST_F(ThisFiber, SleepUntilTakesPointsOfAnyClock) {
    this_fiber::sleep_until(std::chrono::steady_clock::now() + 1h);
    EXPECT_GT(clock::now(), clock::time_point{59min});
    EXPECT_LE(clock::now(), clock::time_point{1h});
    this_fiber::sleep_until(std::chrono::system_clock::now() + std::chrono::hours(1));
    EXPECT_GT(clock::now(), clock::time_point{118min});
    this_fiber::sleep_until(std::chrono::system_clock::time_point{});
    EXPECT_LE(clock::now(), clock::time_point{2h});
}

FIBER_TEST_F(ThisFiber, SleepOfNotANumberIsRefused) {
    EXPECT_THROW(this_fiber::sleep_for(std::nan("") * 1s), std::invalid_argument);
}

// T083: virtual time jumps; 30 s of sleep take no time.
TEST_F(ThisFiber, VirtualSleepsTakeNoRealTime) {
    const auto before = std::chrono::steady_clock::now();
    run([] {
        auto other = spawn([] { this_fiber::sleep_for(10s); });
        this_fiber::sleep_for(20s);
        EXPECT_TRUE(other.done());
        EXPECT_EQ(clock::now(), clock::time_point{20s});
    });
    EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
}

TEST_F(ThisFiber, SleepOnRealTimeTakesAtLeastTheTime) {
    use_real_time();
    run([] {
        const auto before = std::chrono::steady_clock::now();
        this_fiber::sleep_for(3ms);
        EXPECT_GE(std::chrono::steady_clock::now() - before, 3ms);
    });
}

FIBER_TEST_F(ThisFiber, CheckCancelledThrowsOnlyWhenCancelled) {
    cancel_scope scope;
    bool reached = false;
    EXPECT_FALSE(scope.run([&] {
        this_fiber::check_cancelled();
        reached = true;
        scope.cancel();
        this_fiber::check_cancelled();
        ADD_FAILURE() << "not reached";
    }));
    EXPECT_TRUE(reached);
}

// Scenario 11: a fiber that never really blocks must not starve timers or other fibers.
TEST_F(ThisFiber, AFiberThatOnlyYieldsDoesNotDelayTimers) {
    use_real_time();
    run([] {
        auto busy = spawn([] {
            for (;;) {
                this_fiber::yield();
            }
        });
        const auto before = std::chrono::steady_clock::now();
        this_fiber::sleep_for(2ms);
        EXPECT_LT(std::chrono::steady_clock::now() - before, 12ms * (test::sanitized() ? 20 : 5));
    });
}

}  // namespace
}  // namespace weft
