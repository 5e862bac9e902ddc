// SPDX-License-Identifier: BSL-1.0
#include <weft/map_concurrently.hpp>

#include <weft/channel.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/runtime_test.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <ranges>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;
using MapConcurrently = test::runtime_test;

/// Sleeps and notes how many calls are inside at the same time.
struct counted_calls {
    int inside = 0;
    int most = 0;
    int total = 0;

    int operator()(int number) {
        ++total;
        most = std::max(most, ++inside);
        try {
            this_fiber::sleep_for(std::chrono::milliseconds(100 - number));
        } catch (const cancelled&) {
            --inside;
            throw;
        }
        --inside;
        return number * number;
    }
};

FIBER_TEST_F(MapConcurrently, ResultsAreInTheOrderOfTheRange) {
    const auto squares = map_concurrently(std::vector{3, 1, 4, 1, 5}, 5, counted_calls{});
    EXPECT_EQ(squares, (std::vector{9, 1, 16, 1, 25}));
    EXPECT_EQ(clock::now(), clock::time_point{99ms});
}

FIBER_TEST_F(MapConcurrently, RunsNoMoreThanTheLimitAtOnce) {
    counted_calls calls;
    const auto squares = map_concurrently(std::views::iota(0, 50), 7, calls);
    EXPECT_EQ(calls.most, 7);
    EXPECT_EQ(squares.size(), 50U);
    EXPECT_EQ(squares.back(), 49 * 49);
}

// Back-pressure: an element is taken from the range when its call can begin.
FIBER_TEST_F(MapConcurrently, TakesElementsNoFasterThanTheyAreWorkedOff) {
    int taken = 0;
    int ended = 0;
    const auto numbers = std::views::iota(0, 20) | std::views::transform([&](int number) {
                             EXPECT_LE(taken - ended, 2);
                             ++taken;
                             return number;
                         });
    map_concurrently(numbers, 3, [&](int) {
        this_fiber::sleep_for(1s);
        ++ended;
    });
    EXPECT_EQ(ended, 20);
}

FIBER_TEST_F(MapConcurrently, ReadsAStreamOfUnknownLength) {
    std::istringstream words("one two three");
    const auto sizes =
        map_concurrently(std::views::istream<std::string>(words), 2, [](std::string&& word) {
            this_fiber::yield();
            return std::string(std::move(word)).size();
        });
    EXPECT_EQ(sizes, (std::vector<std::size_t>{3, 3, 5}));
}

FIBER_TEST_F(MapConcurrently, PassesReferencesToElementsThatStay) {
    std::vector<std::unique_ptr<int>> numbers;
    for (int i = 0; i < 3; ++i) {
        numbers.push_back(std::make_unique<int>(i));
    }
    map_concurrently(numbers, 2, [](std::unique_ptr<int>& number) { *number += 10; });
    EXPECT_EQ(*numbers[2], 12);
}

FIBER_TEST_F(MapConcurrently, OfNothingReturnsNothing) {
    EXPECT_TRUE(map_concurrently(std::vector<int>(), 1, counted_calls{}).empty());
}

FIBER_TEST_F(MapConcurrently, FailureCancelsTheOthersAndWaits) {
    counted_calls calls;
    try {
        map_concurrently(std::views::iota(0, 10), 4, [&](int number) {
            if (number == 2) {
                this_fiber::sleep_for(1ms);
                throw std::runtime_error("two");
            }
            return calls(number);
        });
        ADD_FAILURE() << "nothing was thrown";
    } catch (const exception_group& group) {
        EXPECT_STREQ(group.what(), "1 failure: two");
    }
    EXPECT_EQ(calls.inside, 0);
    EXPECT_EQ(calls.total, 3);  // none began after the failure
    EXPECT_EQ(clock::now(), clock::time_point{1ms});
}

FIBER_TEST_F(MapConcurrently, FailureOfTheRangeCancelsTheCalls) {
    counted_calls calls;
    const auto numbers = std::views::iota(0, 10) | std::views::transform([](int number) {
                             return number < 2 ? number : throw std::runtime_error("range");
                         });
    EXPECT_THROW(map_concurrently(numbers, 4, calls), exception_group);
    EXPECT_EQ(calls.inside, 0);
    EXPECT_EQ(calls.total, 0);  // cancelled before they began
}

FIBER_TEST_F(MapConcurrently, CancellationReachesEveryCall) {
    counted_calls calls;
    EXPECT_FALSE(
        move_on_after(1ms, [&] { map_concurrently(std::views::iota(0, 10), 4, std::ref(calls)); }));
    EXPECT_EQ(calls.total, 4);
    EXPECT_EQ(calls.inside, 0);
}

// A call that ends with the cancellation of another task has no result: that is not hidden.
FIBER_TEST_F(MapConcurrently, CancellationOfSomebodyElseIsThrownAtTheEnd) {
    auto other = spawn([] {
        this_fiber::sleep_for(1h);
        return 1;
    });
    other.cancel();
    other.join();
    counted_calls calls;
    EXPECT_THROW(
        map_concurrently(std::views::iota(0, 5), 1,
                         [&](int number) { return number == 1 ? other.get() : calls(number); }),
        cancelled);
    EXPECT_EQ(calls.total, 4);
    this_fiber::yield();  // the caller itself is not cancelled
}

FIBER_TEST_F(MapConcurrently, TakesAnyLimitButZero) {
    EXPECT_THROW(map_concurrently(std::vector{1}, 0, counted_calls{}), std::invalid_argument);
    EXPECT_EQ(
        map_concurrently(std::vector{2}, std::numeric_limits<std::size_t>::max(), counted_calls{}),
        std::vector{4});
}

}  // namespace
}  // namespace weft
