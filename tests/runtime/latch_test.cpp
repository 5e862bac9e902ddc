// SPDX-License-Identifier: BSL-1.0
#include <weft/latch.hpp>

#include <weft/error.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/runtime_test.hpp"

#include <stdexcept>
#include <vector>

namespace weft {
namespace {

using Latch = test::runtime_test;

FIBER_TEST_F(Latch, OpensWhenAllHaveArrived) {
    latch start(3);
    std::vector<int> order;
    std::vector<task<>> all;
    for (int i = 0; i < 2; ++i) {
        all.push_back(spawn([&, i] {
            start.wait();
            order.push_back(i);
        }));
    }
    let_others_run();
    start.count_down();
    start.count_down();
    EXPECT_EQ(start.statistics().waiting, 2U);
    EXPECT_EQ(start.statistics().remaining, 1);
    EXPECT_FALSE(start.try_wait());
    start.arrive_and_wait();
    let_others_run();
    EXPECT_EQ(order, (std::vector{0, 1}));
    EXPECT_TRUE(start.try_wait());
    start.wait();
}

FIBER_TEST_F(Latch, CancelledWaiterLeavesTheOthersWaiting) {
    latch start(2);
    auto first = spawn([&] { start.arrive_and_wait(); });
    auto second = spawn([&] { start.wait(); });
    let_others_run();
    first.cancel();
    EXPECT_THROW(first.get(), cancelled);
    EXPECT_FALSE(second.done());
    EXPECT_EQ(start.statistics().remaining, 1) << "the first had arrived";
    start.count_down();
    second.get();
}

TEST_F(Latch, WrongCountsAreRefused) {
    EXPECT_THROW(latch(-1), std::invalid_argument);
    latch start(2);
    EXPECT_THROW(start.count_down(3), usage_error);
    EXPECT_THROW(start.count_down(-1), usage_error);
    EXPECT_EQ(start.statistics().remaining, 2);
    start.count_down(2);
    EXPECT_THROW(start.count_down(), usage_error);
    EXPECT_TRUE(latch(0).try_wait());
    EXPECT_THROW(start.wait(), usage_error) << "outside fibers";
}

// T038
FIBER_TEST_F(Latch, OpenLatchThrowsWhenCancelled) {
    latch open(0);
    latch closed(1);
    cancel_scope scope;
    scope.cancel();
    EXPECT_FALSE(scope.run([&] {
        EXPECT_THROW(open.wait(), cancelled);
        closed.arrive_and_wait();
    }));
    EXPECT_EQ(closed.statistics().remaining, 1) << "the cancelled caller has not arrived";
}

}  // namespace
}  // namespace weft
