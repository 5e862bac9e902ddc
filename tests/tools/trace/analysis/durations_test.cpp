// SPDX-License-Identifier: BSL-1.0
#include "analysis/durations.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace weft::test {
namespace {

using trace_tool::durations;

TEST(Durations, HaveExactCountTotalAndMaximum) {
    durations all;
    for (const auto each : {5U, 7U, 1000U}) {
        all.add(each);
    }
    EXPECT_EQ(all.count(), 3U);
    EXPECT_EQ(all.total(), 1012U);
    EXPECT_EQ(all.longest(), 1000U);
}

TEST(Durations, HavePercentilesWithinASixteenth) {
    durations all;
    for (std::uint64_t each = 1; each <= 100'000; ++each) {
        all.add(each);
    }
    for (const double percent : {1.0, 50.0, 90.0, 99.0, 99.9}) {
        const double exact = 1000 * percent;
        const auto found = static_cast<double>(all.percentile(percent));
        EXPECT_GE(found, exact) << percent;
        EXPECT_LE(found, exact * 17 / 16 + 1) << percent;
    }
    EXPECT_EQ(all.percentile(100), 100'000U);
}

TEST(Durations, TakeTheLargestNumber) {
    durations all;
    all.add(std::numeric_limits<std::uint64_t>::max());
    all.add(0);
    EXPECT_EQ(all.percentile(50), 0U);
    EXPECT_EQ(all.percentile(99), std::numeric_limits<std::uint64_t>::max());
}

TEST(Durations, OfNothingAreZero) {
    EXPECT_EQ(durations().percentile(99), 0U);
}

}  // namespace
}  // namespace weft::test
