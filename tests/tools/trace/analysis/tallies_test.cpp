// SPDX-License-Identifier: BSL-1.0
#include "analysis/tallies.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "analysis/findings.hpp"
#include "report/sections.hpp"
#include "support/recorded_story.hpp"

namespace weft::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using trace::event_type;

trace_tool::summary summary_of(recorded_story& story) {
    const temporary_file file;
    story.write(file, 1'000'000);
    return trace_tool::summarize(file.path());
}

std::string report_of(const trace_tool::summary& in) {
    std::ostringstream out;
    print_text(out, make_report(in, 10));
    return out.str();
}

TEST(Tallies, CountLookUpsByName) {
    recorded_story story;
    const auto name = story.text("a.test");
    story.add({10, 1, event_type::work_began, 1, 0, name, 0, 7});
    story.add({30, 1, event_type::work_ended, 1, 0, 0, 2, 7});
    story.add({40, 2, event_type::work_began, 1, 0, name, 0, 8});
    story.add({45, 2, event_type::work_ended, 1, trace::work_was_remembered, 0, 2, 8});
    story.add({50, 2, event_type::work_began, 1, 0, name, 0, 9});
    story.add({90, 2, event_type::work_ended, 1, 0, 4, 0, 9});
    story.add({95, 2, event_type::work_began, 1, 0, name, 0, 10});  // goes on
    const auto read = summary_of(story);
    ASSERT_EQ(read.counted.works.size(), 1U);
    const auto& [key, of] = *read.counted.works.begin();
    EXPECT_EQ(key, std::pair(std::uint8_t{1}, std::string("a.test")));
    EXPECT_EQ(of.took.count(), 3U);
    EXPECT_EQ(of.took.total(), 65U);
    EXPECT_EQ(of.took.longest(), 40U);
    EXPECT_EQ(of.failed, 1U);
    EXPECT_EQ(of.remembered, 1U);
    EXPECT_THAT(report_of(read), HasSubstr("dns   a.test      3       1           1"));
}

TEST(Tallies, CountNoWorkWhoseBeginWasNotSeen) {
    recorded_story story;
    story.add({30, 1, event_type::work_ended, 1, 0, 0, 2, 7});
    EXPECT_THAT(summary_of(story).counted.works, IsEmpty());
}

TEST(Tallies, CountBytesByDirection) {
    recorded_story story;
    story.add({10, 1, event_type::work_moved, 2, 1, 100, 0, 0});
    story.add({20, 1, event_type::work_moved, 2, 0, 40, 0, 0});
    story.add({30, 1, event_type::work_moved, 2, 0, 2, 0, 0});
    const auto read = summary_of(story);
    const auto& moved = read.counted.moved.at(2);
    EXPECT_EQ(moved.sent, 100U);
    EXPECT_EQ(moved.received, 42U);
    EXPECT_EQ(moved.pieces, 3U);
}

TEST(Tallies, SayHowLateTimersWere) {
    recorded_story story;
    for (std::uint32_t i = 0; i < 4; ++i) {
        story.add({i, 1, event_type::timer_armed, 0, 0, 1000, 0, 0xa0});
    }
    story.add({10, 0, event_type::timer_expired, 0, 0, 2, 0, 0xa0});
    story.add({20, 0, event_type::timer_expired, 0, 0, 9, 0, 0xa0});
    story.add({20, 1, event_type::timer_disarmed, 0, 0, 0, 0, 0xa0});
    const auto read = summary_of(story);
    EXPECT_EQ(read.counted.timers.armed, 4U);
    EXPECT_EQ(read.counted.timers.disarmed, 1U);
    EXPECT_EQ(read.counted.timers.late.count(), 2U);
    EXPECT_EQ(read.counted.timers.late.longest(), 9000U);
    EXPECT_THAT(report_of(read), HasSubstr("Timers"));
}

TEST(Tallies, SayNothingOfWhatIsNotThere) {
    recorded_story story;
    story.spawned(0, 1);
    const auto shown = report_of(summary_of(story));
    EXPECT_THAT(shown, Not(HasSubstr("Timers")));
    EXPECT_THAT(shown, Not(HasSubstr("TLS")));
    EXPECT_THAT(shown, Not(HasSubstr("led to nothing")));
}

// Fiber 1 is woken by fiber 2, waits for the mutex and, if `in_vain`, again for the condition.
recorded_story with_wakes(std::uint64_t wakes, std::uint64_t in_vain) {
    recorded_story story;
    story.told().program.reasons[receiving] = "condition_variable";
    story.spawned(0, 1).loop_ran(0, 1);
    for (std::uint64_t i = 0; i < wakes; ++i) {
        const auto time = 10 * i + 1;
        story.left(time, 1, receiving, 2, 0xc0);
        story.add({time + 1, 1, event_type::woken, receiving, 0, 2, 0, 0xc0});
        story.left(time + 2, 2, sleeping, 1).left(time + 3, 1, locking, 0, 0xaa);
        story.add({time + 4, 1, event_type::woken, locking, 0, 3, 0, 0xaa});
        story.loop_ran(time + 5, 1);
        if (i < in_vain) {
            story.add({time + 6, 1, event_type::woken_in_vain, receiving, 0, 0, 0, 0xc0});
        }
    }
    return story;
}

TEST(Tallies, NameWhoWokeAFiberInVain) {
    auto story = with_wakes(3, 2);
    const auto read = summary_of(story);
    ASSERT_EQ(read.counted.vain.size(), 1U);
    const auto& [key, of] = *read.counted.vain.begin();
    EXPECT_EQ(key, std::pair(1U, std::uint64_t{0xc0}));
    EXPECT_EQ(of.count, 2U);
    EXPECT_EQ(of.reason, receiving);
    EXPECT_THAT(of.by, ElementsAre(Pair(2, 2)));
    EXPECT_THAT(report_of(read), HasSubstr("Wakes that led to nothing"));
}

std::vector<trace_tool::finding::kind> kinds_found(recorded_story story) {
    std::vector<trace_tool::finding::kind> kinds;
    for (const auto& each : find_all(summary_of(story))) {
        kinds.push_back(each.what);
    }
    return kinds;
}

TEST(Tallies, ManyFutileWakesAreAFinding) {
    using kind = trace_tool::finding::kind;
    EXPECT_THAT(kinds_found(with_wakes(200, 100)), Contains(kind::futile_wakes));
    EXPECT_THAT(kinds_found(with_wakes(201, 100)), Not(Contains(kind::futile_wakes)));
    EXPECT_THAT(kinds_found(with_wakes(99, 99)), Not(Contains(kind::futile_wakes)));
}

}  // namespace
}  // namespace weft::test
