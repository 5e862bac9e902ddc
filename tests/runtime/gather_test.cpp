// SPDX-License-Identifier: BSL-1.0
#include <weft/gather.hpp>

#include <weft/scope.hpp>

#include "support/runtime_test.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;
using Gather = test::runtime_test;

// T039
FIBER_TEST_F(Gather, ResultsAreInTheOrderOfTheArguments) {
    const auto result = gather(
        [] {
            this_fiber::sleep_for(30ms);
            return 30;
        },
        [] {
            this_fiber::sleep_for(10ms);
            return std::string("ten");
        },
        [] { this_fiber::sleep_for(20ms); });
    EXPECT_EQ(result, std::tuple(30, std::string("ten"), std::monostate{}));
    EXPECT_EQ(clock::now(), clock::time_point{30ms});
}

FIBER_TEST_F(Gather, FunctionsBeginInTheOrderOfTheArguments) {
    std::string order;
    gather([&] { order += "1"; }, [&] { order += "2"; }, [&] { order += "3"; });
    EXPECT_EQ(order, "123");
}

// A pair as the only result is one element, not the tuple itself.
FIBER_TEST_F(Gather, ResultThatIsATupleStaysOneElement) {
    const auto single = gather([] { return std::pair(1, 2); });
    static_assert(std::is_same_v<decltype(single), const std::tuple<std::pair<int, int>>>);
    EXPECT_EQ(std::get<0>(single), std::pair(1, 2));
    const auto nested = gather([] { return std::tuple(1); });
    static_assert(std::is_same_v<decltype(nested), const std::tuple<std::tuple<int>>>);
}

// T041
FIBER_TEST_F(Gather, OfNothingReturnsNothing) {
    EXPECT_EQ(gather(), std::tuple<>());
    EXPECT_TRUE(gather(std::vector<task<int>>()).empty());
    gather(std::vector<task<>>());
}

FIBER_TEST_F(Gather, TakesAVectorOfTasks) {
    std::vector<task<int>> tasks;
    for (int i = 0; i < 4; ++i) {
        tasks.push_back(spawn([i] {
            this_fiber::sleep_for(std::chrono::seconds(4 - i));
            return i;
        }));
    }
    EXPECT_EQ(gather(std::move(tasks)), (std::vector{0, 1, 2, 3}));
}

FIBER_TEST_F(Gather, TakesTasksThatHaveEnded) {
    std::vector<task<int>> tasks;
    tasks.push_back(spawn([] { return 1; }));
    tasks.back().join();
    tasks.push_back(spawn([] { return 2; }));
    EXPECT_EQ(gather(std::move(tasks)), (std::vector{1, 2}));
}

// T040: the first failure comes at once; the others run on and their failures are dropped.
FIBER_TEST_F(Gather, FirstFailureComesAtOnceAndSiblingsRunOn) {
    bool slow_ended = false;
    EXPECT_THROW(gather(
                     [] {
                         this_fiber::sleep_for(10ms);
                         throw std::logic_error("first");
                     },
                     [&] {
                         this_fiber::sleep_for(50ms);
                         slow_ended = true;
                         throw std::runtime_error("later");
                     }),
                 std::logic_error);
    EXPECT_EQ(clock::now(), clock::time_point{10ms});
    EXPECT_FALSE(slow_ended);
    this_fiber::sleep_for(100ms);
    EXPECT_TRUE(slow_ended);
}

FIBER_TEST_F(Gather, ThrowsTheFailureOfATaskThatHadEnded) {
    std::vector<task<>> tasks;
    tasks.push_back(spawn([] { throw std::logic_error("early"); }));
    tasks.back().join();
    tasks.push_back(spawn([] { this_fiber::sleep_for(1s); }));
    EXPECT_THROW(gather(std::move(tasks)), std::logic_error);
    EXPECT_EQ(clock::now(), clock::time_point{});
    this_fiber::sleep_for(2s);
}

FIBER_TEST_F(Gather, FirstOfTwoFailuresInOnePassIsThrown) {
    EXPECT_THROW(
        gather([] { throw std::logic_error("first"); }, [] { throw std::runtime_error("second"); }),
        std::logic_error);
}

// T042: cancelling the fiber that waits cancels every function.
FIBER_TEST_F(Gather, CancellationCancelsAll) {
    int cancelled_count = 0;
    const auto child = [&] {
        try {
            this_fiber::sleep_for(1h);
        } catch (const cancelled&) {
            ++cancelled_count;
            throw;
        }
    };
    cancel_scope scope(clock::time_point{1s});
    EXPECT_FALSE(scope.run([&] { gather(child, child); }));
    EXPECT_EQ(cancelled_count, 2);
    EXPECT_EQ(clock::now(), clock::time_point{1s});
}

// bpo-32684: also when the children answer the cancellation with a failure.
FIBER_TEST_F(Gather, CancellationWinsOverFailuresOfTheCancelled) {
    const auto child = [] {
        try {
            this_fiber::sleep_for(1h);
        } catch (const cancelled&) {
            throw std::runtime_error("cleanup failed");
        }
    };
    cancel_scope scope(clock::time_point{1s});
    EXPECT_FALSE(scope.run([&] { gather(child, child); }));
}

FIBER_TEST_F(Gather, CancelledBeforehandCancelsAll) {
    cancel_scope scope;
    scope.cancel();
    bool ran = false;
    EXPECT_FALSE(scope.run([&] { gather([&] { ran = true; }); }));
    EXPECT_FALSE(ran);
}

// T043: a task cancelled directly is a failure with cancelled; the others run on.
FIBER_TEST_F(Gather, TaskCancelledDirectlyEndsTheGather) {
    int ended = 0;
    std::vector<task<>> tasks;
    for (int i = 0; i < 5; ++i) {
        tasks.push_back(spawn([&] {
            this_fiber::sleep_for(1s);
            ++ended;
        }));
    }
    let_others_run();
    tasks[1].cancel();
    cancel_scope scope;
    EXPECT_THROW(scope.run([&] { gather(std::move(tasks)); }), cancelled);
    EXPECT_FALSE(scope.cancel_called());
    this_fiber::sleep_for(2s);
    EXPECT_EQ(ended, 4);
}

// bpo-46672: a bad argument leaves no half-started work behind.
FIBER_TEST_F(Gather, EmptyHandleAmongTheTasksIsRefused) {
    bool ended = false;
    std::vector<task<>> tasks;
    tasks.push_back(spawn([&] {
        try {
            this_fiber::sleep_for(1h);
        } catch (const cancelled&) {
            ended = true;
            throw;
        }
    }));
    let_others_run();
    tasks.emplace_back();
    EXPECT_THROW(gather(std::move(tasks)), usage_error);
    EXPECT_EQ(clock::now(), clock::time_point{});
    EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace weft
