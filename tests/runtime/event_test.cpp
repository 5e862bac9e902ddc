// SPDX-License-Identifier: BSL-1.0
#include <weft/event.hpp>

#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/runtime_test.hpp"

#include <vector>

namespace weft {
namespace {

using Event = test::runtime_test;

FIBER_TEST_F(Event, SetWakesAllInTheOrderOfArrival) {
    event happened;
    std::vector<int> order;
    std::vector<task<>> all;
    for (int i = 0; i < 4; ++i) {
        all.push_back(spawn([&, i] {
            happened.wait();
            order.push_back(i);
        }));
    }
    let_others_run();
    EXPECT_TRUE(order.empty());
    happened.set();
    let_others_run();
    EXPECT_EQ(order, (std::vector{0, 1, 2, 3}));
}

FIBER_TEST_F(Event, WaitOnASetEventReturns) {
    event happened;
    happened.set();
    happened.set();
    happened.wait();
    EXPECT_TRUE(happened.is_set());
}

// A.8: clear() right after set() does not put woken waiters back to sleep.
FIBER_TEST_F(Event, ClearDoesNotHoldBackThoseWoken) {
    event happened;
    auto waiter = spawn([&] { happened.wait(); });
    let_others_run();
    happened.set();
    happened.clear();
    waiter.get();
    EXPECT_FALSE(happened.is_set());
    auto next = spawn([&] { happened.wait(); });
    let_others_run();
    EXPECT_FALSE(next.done());
    happened.set();
    next.get();
}

FIBER_TEST_F(Event, CancelledWaiterLeavesTheOthersWaiting) {
    event happened;
    auto first = spawn([&] { happened.wait(); });
    auto second = spawn([&] { happened.wait(); });
    let_others_run();
    first.cancel();
    EXPECT_THROW(first.get(), cancelled);
    EXPECT_FALSE(second.done());
    happened.set();
    second.get();
}

// T038
FIBER_TEST_F(Event, SetEventThrowsWhenCancelled) {
    event happened;
    happened.set();
    cancel_scope scope;
    scope.cancel();
    EXPECT_FALSE(scope.run([&] { happened.wait(); }));
}

FIBER_TEST_F(Event, StatisticsCountThoseWhoWait) {
    event happened;
    auto waiter = spawn([&] { happened.wait(); });
    let_others_run();
    EXPECT_EQ(happened.statistics().waiting, 1U);
    EXPECT_FALSE(happened.statistics().set);
    happened.set();
    EXPECT_EQ(happened.statistics().waiting, 0U);
    EXPECT_TRUE(happened.statistics().set);
}

TEST_F(Event, MayBeSetOutsideFibers) {
    event happened;
    happened.set();
    EXPECT_THROW(happened.wait(), usage_error);
}

}  // namespace
}  // namespace weft
