// SPDX-License-Identifier: BSL-1.0
#include "analysis/interval_builder.hpp"

#include <gtest/gtest.h>

#include <random>

#include "support/recorded_story.hpp"

namespace weft::test {
namespace {

using trace_tool::activity;
using trace_tool::interval;
using trace_tool::interval_builder;

std::vector<interval> intervals_of(recorded_story& story, std::uint64_t end,
                                   const std::vector<trace::fiber_row>& rows = {}) {
    std::vector<interval> made;
    interval_builder builder([&](const interval& done) { made.push_back(done); });
    const auto& told = story.told();
    builder.begin(told.began.ticks, rows);
    auto gap = told.gaps.begin();
    for (std::size_t i = 0; i < told.events.size(); ++i) {
        for (; gap != told.gaps.end() && gap->before == i; ++gap) {
            builder.add_gap();
        }
        builder.add(told.events[i]);
    }
    builder.finish(end);
    return made;
}

std::vector<interval> of_fiber(std::uint32_t fiber, const std::vector<interval>& all) {
    std::vector<interval> made;
    for (const auto& each : all) {
        if (each.fiber == fiber) {
            made.push_back(each);
        }
    }
    return made;
}

void expect(const interval& found, activity what, std::uint64_t begin, std::uint64_t end,
            bool cut) {
    EXPECT_EQ(found.what, what);
    EXPECT_EQ(found.begin, begin);
    EXPECT_EQ(found.end, end);
    EXPECT_EQ(found.cut, cut);
}

TEST(IntervalBuilder, MakesALifeOfEvents) {
    recorded_story story;
    story.spawned(10, 5)
        .loop_ran(20, 5)
        .left(50, 5, receiving, 0, 77, 9)
        .woken(90, 5, receiving, 3);
    story.loop_ran(100, 5).left(110, 5, trace::leave_finished, 0);
    const auto life = of_fiber(5, intervals_of(story, 200));
    ASSERT_EQ(life.size(), 5U);
    expect(life[0], activity::ready, 10, 20, false);
    expect(life[1], activity::running, 20, 50, false);
    expect(life[2], activity::waiting, 50, 90, false);
    EXPECT_EQ(life[2].reason, receiving);
    EXPECT_EQ(life[2].object, 77U);
    EXPECT_EQ(life[2].stack, 9U);
    EXPECT_EQ(life[2].woken_by, 3U);
    expect(life[3], activity::ready, 90, 100, false);
    expect(life[4], activity::running, 100, 110, false);
}

TEST(IntervalBuilder, LetsAFiberThatYieldsBeReady) {
    recorded_story story;
    story.loop_ran(0, 5).left(10, 5, trace::leave_yielded, 6).left(30, 6, trace::leave_yielded, 5);
    const auto life = of_fiber(5, intervals_of(story, 40));
    ASSERT_EQ(life.size(), 3U);
    expect(life[1], activity::ready, 10, 30, false);
    expect(life[2], activity::running, 30, 40, true);
}

// What happens when nothing else is ready: the loop turns on the stack of the waiting fiber.
TEST(IntervalBuilder, TakesAWakeOfARunningFiberForNoWait) {
    recorded_story story;
    story.loop_ran(0, 5).woken(10, 5, sleeping).left(20, 5, receiving, 0);
    const auto life = of_fiber(5, intervals_of(story, 20));
    ASSERT_GE(life.size(), 1U);
    expect(life[0], activity::running, 0, 20, false);
}

TEST(IntervalBuilder, CutsWhatWasThereBeforeTheBegin) {
    recorded_story story(100);
    trace::fiber_row row{};
    row.id = 5;
    row.state = trace::row_state::parked;
    row.reason = sleeping;
    story.woken(130, 5, sleeping).loop_ran(140, 5);
    const auto life = of_fiber(5, intervals_of(story, 150, {row}));
    ASSERT_EQ(life.size(), 3U);
    expect(life[0], activity::waiting, 100, 130, true);
    expect(life[1], activity::ready, 130, 140, false);
    expect(life[2], activity::running, 140, 150, true);
}

TEST(IntervalBuilder, KnowsNothingOfTheTimeOfAGap) {
    recorded_story story;
    story.loop_ran(0, 5).left(10, 5, receiving, 6).gap(3).woken(50, 5, receiving);
    story.left(60, 6, trace::leave_finished, 5);
    const auto life = of_fiber(5, intervals_of(story, 70));
    ASSERT_EQ(life.size(), 4U);
    expect(life[1], activity::unknown, 10, 50, true);
    expect(life[2], activity::ready, 50, 60, false);
}

TEST(IntervalBuilder, CutsAWaitThatAGapInterrupts) {
    recorded_story story;
    story.loop_ran(0, 5).left(10, 5, receiving, 6).left(20, 6, sleeping, 0).gap(3);
    story.loop_ran(40, 6).woken(50, 5, receiving).left(60, 6, sleeping, 5);
    const auto life = of_fiber(5, intervals_of(story, 70));
    ASSERT_EQ(life.size(), 6U);
    expect(life[1], activity::waiting, 10, 20, true);
    expect(life[2], activity::unknown, 20, 40, true);
    expect(life[3], activity::waiting, 40, 50, true);
}

TEST(IntervalBuilder, StartsAnewWithAFiberThatHasTheNumberOfAnOldOne) {
    recorded_story story;
    story.loop_ran(0, 5).spawned(10, 5).left(20, 7, sleeping, 5);
    const auto life = of_fiber(5, intervals_of(story, 30));
    ASSERT_EQ(life.size(), 2U);
    expect(life[0], activity::ready, 10, 20, false);
}

// Whatever the events say: no interval ends before it begins.
TEST(IntervalBuilder, KeepsItsInvariantsWhateverItGets) {
    std::mt19937 random(3);
    recorded_story story;
    const auto below = [&random](std::uint32_t bound) {
        return static_cast<std::uint32_t>(random() % bound);
    };
    constexpr std::uint8_t types[]{2, 4, 5, 6};
    for (int i = 0; i < 20'000; ++i) {
        if (below(50) == 0) {
            story.gap(1);
        }
        story.add({below(100'000), below(8), trace::event_type{types[below(4)]},
                   static_cast<std::uint8_t>(below(256)), 0, below(8), 0, 0});
    }
    for (const auto& each : intervals_of(story, 100'000)) {
        ASSERT_LE(each.begin, each.end);
    }
}

}  // namespace
}  // namespace weft::test
