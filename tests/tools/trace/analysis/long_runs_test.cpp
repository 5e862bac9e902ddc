// SPDX-License-Identifier: BSL-1.0
#include "analysis/long_runs.hpp"

#include <gtest/gtest.h>

namespace weft::test {
namespace {

using trace_tool::interval;
using trace_tool::long_run_tracker;
using trace_tool::long_runs;

interval between(std::uint32_t fiber, std::uint64_t begin, std::uint64_t end) {
    return {.fiber = fiber, .begin = begin, .end = end};
}

TEST(LongRuns, CountWhoWasReadyMeanwhile) {
    long_runs runs;
    long_run_tracker tracker(runs);
    tracker.add_longest(between(1, 100, 200));
    tracker.add_longest(between(2, 200, 250));
    tracker.add_ready(between(3, 150, 260));
    tracker.add_ready(between(4, 0, 100));
    tracker.add_ready(between(5, 250, 300));
    tracker.add_ready(between(6, 120, 200));
    EXPECT_EQ(runs.at(100).delayed, 2U);
    EXPECT_EQ(runs.at(100).delay, 130U);
    EXPECT_EQ(runs.at(200).delayed, 1U);
    EXPECT_EQ(runs.at(200).delay, 50U);
}

TEST(LongRuns, KeepTheLongestOfEachFiber) {
    long_runs runs;
    long_run_tracker tracker(runs);
    tracker.add_longest(between(1, 0, 10));
    tracker.add_longest(between(1, 20, 40));
    ASSERT_EQ(runs.size(), 1U);
    EXPECT_EQ(runs.begin()->first, 20U);
}

TEST(LongRuns, KeepTheLongestOfAll) {
    long_runs runs;
    long_run_tracker tracker(runs);
    std::uint64_t time = 0;
    for (std::uint32_t fiber = 1; fiber <= 1000; ++fiber) {
        const std::uint64_t length = fiber * 7919 % 1009 + 1;
        tracker.add_longest(between(fiber, time, time + length));
        time += length;
    }
    ASSERT_EQ(runs.size(), 64U);
    for (const auto& [begin, run] : runs) {
        EXPECT_GE(run.end - begin, 1009U - 80U);
    }
}

}  // namespace
}  // namespace weft::test
