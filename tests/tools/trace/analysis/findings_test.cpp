// SPDX-License-Identifier: BSL-1.0
#include "analysis/findings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "analysis/fail_on.hpp"
#include "error.hpp"
#include "support/recorded_story.hpp"

namespace weft::test {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using trace_tool::finding;

std::vector<finding> found_in(recorded_story& story, std::uint64_t end) {
    const temporary_file file;
    story.write(file, end);
    return find_all(trace_tool::summarize(file.path()));
}

std::vector<finding::kind> kinds_of(const std::vector<finding>& all) {
    std::vector<finding::kind> kinds;
    for (const auto& each : all) {
        kinds.push_back(each.what);
    }
    return kinds;
}

trace::fiber_row parked(std::uint64_t id, std::uint64_t blocked_on) {
    trace::fiber_row row{};
    row.id = id;
    row.state = trace::row_state::parked;
    row.reason = locking;
    row.blocked_on = blocked_on;
    return row;
}

trace::object_row lock(std::uint64_t address, std::uint64_t owner, std::uint64_t waiters) {
    trace::object_row row{};
    row.kind = trace::object_kind::lock;
    row.address = address;
    row.owner = owner;
    row.waiters = waiters;
    return row;
}

TEST(Findings, AreNoneInAQuietProgram) {
    recorded_story story;
    story.spawned(0, 1).loop_ran(0, 1).left(100, 1, sleeping, 0).woken(50'000, 1, sleeping);
    story.loop_ran(50'010, 1).left(50'100, 1, trace::leave_finished, 0);
    EXPECT_THAT(found_in(story, 60'000), IsEmpty());
}

TEST(Findings, NameAStallAndTheDelayThatItMakes) {
    recorded_story story;
    story.spawned(0, 1).spawned(0, 2).loop_ran(0, 1).left(30'000, 1, trace::leave_finished, 2);
    story.left(30'010, 2, trace::leave_finished, 0);
    const auto all = found_in(story, 31'000);
    ASSERT_THAT(kinds_of(all), ElementsAre(finding::kind::stall, finding::kind::delay));
    EXPECT_EQ(all[0].fiber, 1U);
    EXPECT_EQ(all[0].nanoseconds, 30'000'000U);
    EXPECT_EQ(all[1].fiber, 2U);
}

TEST(Findings, SayWhenAStallBeganAndNameTheLongestFirst) {
    recorded_story story;
    story.spawned(0, 1).spawned(0, 2).loop_ran(1'000, 1);
    story.left(31'000, 1, trace::leave_finished, 2).left(91'000, 2, trace::leave_finished, 0);
    const auto all = found_in(story, 92'000);
    ASSERT_GE(all.size(), 2U);
    EXPECT_EQ(all[0].nanoseconds, 60'000'000U);
    EXPECT_THAT(all[1].text, HasSubstr("for 30.00 ms without a pause, 1.00 ms after the begin"));
}

TEST(Findings, SayWhomAStallDelayed) {
    recorded_story story;
    story.spawned(0, 1).spawned(0, 2).spawned(0, 3).loop_ran(0, 1);
    story.left(30'000, 1, trace::leave_finished, 2).left(30'010, 2, trace::leave_finished, 3);
    story.left(30'020, 3, trace::leave_finished, 0);
    EXPECT_THAT(found_in(story, 31'000).front().text,
                EndsWith("; that delayed 2 fibers that were ready, together by 60.00 ms"));
    recorded_story little;
    little.spawned(0, 1).loop_ran(0, 1).spawned(29'999, 2).left(30'000, 1, trace::leave_finished,
                                                                2);
    little.left(30'010, 2, trace::leave_finished, 0);
    EXPECT_THAT(found_in(little, 31'000).front().text, EndsWith("after the begin"));
    recorded_story alone;
    alone.spawned(0, 1).loop_ran(0, 1).left(30'000, 1, trace::leave_finished, 0);
    EXPECT_THAT(found_in(alone, 31'000).front().text, EndsWith("after the begin"));
}

TEST(Findings, NameAStallOnceThatTheProgramNoticedItself) {
    recorded_story noticed;
    noticed.spawned(0, 1).loop_ran(0, 1).left(10, 1, sleeping, 0);
    noticed.add({50, 1, trace::event_type::stalled, 1, 0, 40'000, 0, 40'000'000});
    auto all = found_in(noticed, 60'000);
    ASSERT_THAT(kinds_of(all), ElementsAre(finding::kind::stall));
    EXPECT_THAT(all[0].text, HasSubstr("for 40.00 ms without a pause, as the program itself"));
    recorded_story both;
    both.spawned(0, 1).loop_ran(0, 1).left(40'000, 1, sleeping, 0);
    both.add({40'000, 1, trace::event_type::stalled, 1, 0, 40'000, 0, 40'000'000});
    all = found_in(both, 60'000);
    EXPECT_THAT(kinds_of(all), ElementsAre(finding::kind::stall));
    EXPECT_THAT(all[0].text, testing::Not(HasSubstr("itself")));
}

TEST(Findings, NameLocksForWhichMuchTimeIsWaited) {
    const auto with_wait_until = [](std::uint64_t time) {
        recorded_story story;
        story.spawned(0, 1).loop_ran(0, 1).left(10, 1, locking, 0).woken(time, 1, locking, 2);
        story.loop_ran(time, 1).left(time + 1, 1, trace::leave_finished, 0);
        return story;
    };
    auto much = with_wait_until(200);
    EXPECT_THAT(kinds_of(found_in(much, 1'000)), ElementsAre(finding::kind::contention));
    auto little = with_wait_until(60);
    EXPECT_THAT(found_in(little, 1'000), IsEmpty());
}

TEST(Findings, NameTheCycleOfADeadlock) {
    recorded_story story;
    story.last_rows = {parked(1, 2), parked(2, 3), parked(3, 2), parked(4, 5), parked(5, 0)};
    const auto all = found_in(story, 100);
    ASSERT_THAT(kinds_of(all), ElementsAre(finding::kind::deadlock));
    EXPECT_THAT(all[0].text, HasSubstr("#2 #2 waits for #3 #3 waits for #2"));
}

TEST(Findings, NameTheCycleOfADeadlockOnLocks) {
    recorded_story story;
    story.last_rows = {parked(1, 0), parked(2, 0)};
    story.last_rows[0].object = 0xa;
    story.last_rows[1].object = 0xb;
    story.last_objects = {lock(0xa, 2, 1), lock(0xb, 1, 1)};
    const auto all = found_in(story, 100);
    ASSERT_THAT(kinds_of(all), ElementsAre(finding::kind::deadlock));
    EXPECT_THAT(all[0].text, HasSubstr("#1 #1 waits for #2 #2 waits for #1"));
    story.last_objects[1].owner = 0;
    EXPECT_THAT(found_in(story, 100), IsEmpty());
}

TEST(Findings, BelieveNoOwnerOfALockWithoutWaiters) {
    recorded_story story;
    story.last_rows = {parked(1, 0)};
    story.last_rows[0].object = 0xa;
    story.last_objects = {lock(0xa, 1, 0)};
    EXPECT_THAT(found_in(story, 100), IsEmpty());
}

TEST(Findings, NameOneOfLostFailuresThatAreAlike) {
    recorded_story story;
    for (std::uint32_t fiber = 1; fiber <= 3; ++fiber) {
        story.named(fiber, fiber, "backup");
        story.add({10 + fiber, fiber, trace::event_type::result_lost, 0, 0,
                   story.text(fiber == 3 ? "other" : "disk full"), 0, 0});
    }
    const auto all = found_in(story, 100);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_THAT(all[0].text, HasSubstr("#1 backup failed"));
    EXPECT_THAT(all[0].text, EndsWith("disk full; so did 1 more"));
    EXPECT_THAT(all[1].text, EndsWith("#3 backup failed and nobody asked for its result: other"));
}

TEST(Findings, NameALostFailure) {
    recorded_story story;
    story.add({5, 1, trace::event_type::result_lost, 0, 0, story.text("no such host"), 0, 0});
    const auto all = found_in(story, 100);
    ASSERT_THAT(kinds_of(all), ElementsAre(finding::kind::lost_result));
    EXPECT_THAT(all[0].text, HasSubstr("no such host"));
}

TEST(Findings, NameWhereFibersLeak) {
    recorded_story story;
    story.told().constants = {{0x500, "a.cpp"}};
    for (std::uint32_t fiber = 1; fiber <= 12; ++fiber) {
        story.spawned(fiber, fiber);
        auto row = parked(fiber, 0);
        row.spawn_file = 0x500;
        row.spawn_line = 10;
        story.last_rows.push_back(row);
    }
    const auto all = found_in(story, 100);
    ASSERT_THAT(kinds_of(all), ElementsAre(finding::kind::leak));
    EXPECT_EQ(all[0].text, "12 fibers spawned at a.cpp:10 are alive, 0 were at the begin");
}

TEST(Findings, TakeFibersThatComeAndGoForNoLeak) {
    trace_tool::leak_group busy{"a.cpp:10", 0, 12, 1000, 988};
    EXPECT_FALSE(leaks(busy));
    busy.ended = 0;
    busy.spawned = 12;
    EXPECT_TRUE(leaks(busy));
    busy.spawned = 20;  // more than half of them are left
    EXPECT_TRUE(leaks(busy));
    busy.spawned = 24;
    EXPECT_FALSE(leaks(busy));
}

TEST(Findings, CountFibersAtTheBeginAndAtTheEnd) {
    recorded_story story;
    story.told().constants = {{0x500, "a.cpp"}};
    for (std::uint64_t fiber = 1; fiber <= 3; ++fiber) {
        auto row = parked(fiber, 0);
        row.spawn_file = 0x500;
        story.told().rows.push_back(row);
    }
    story.last_rows = {story.told().rows.front()};
    const temporary_file file;
    story.write(file, 100);
    const auto groups = live_groups(trace_tool::summarize(file.path()));
    ASSERT_EQ(groups.size(), 1U);
    EXPECT_EQ(groups[0].live_at_begin, 3U);
    EXPECT_EQ(groups[0].live_at_end, 1U);
}

TEST(Findings, CountNoFiberThatHasEnded) {
    recorded_story story;
    story.told().constants = {{0x500, "a.cpp"}};
    for (std::uint32_t fiber = 1; fiber <= 12; ++fiber) {
        auto row = parked(fiber, 0);
        row.state = trace::row_state::finished;  // only its handle is left
        row.spawn_file = 0x500;
        story.last_rows.push_back(row);
    }
    EXPECT_THAT(found_in(story, 100), IsEmpty());
}

trace::event cancel(std::uint64_t time, trace::event_type type, std::uint32_t by = 0) {
    return {time, 1, type, 0, 0, by, 0, 77};
}

TEST(Findings, NameWhoIgnoredACancellation) {
    recorded_story story;
    story.named(0, 1, "deaf").named(0, 2, "boss");
    story.add(cancel(100, trace::event_type::cancel_asked, 2));
    auto all = found_in(story, 300'000);
    ASSERT_THAT(kinds_of(all), ElementsAre(finding::kind::cancellation));
    EXPECT_EQ(all[0].text, "#1 deaf was cancelled by #2 boss and did not notice for 299.90 ms");
    story.add(cancel(200'100, trace::event_type::cancel_seen));
    all = found_in(story, 300'000);
    ASSERT_THAT(kinds_of(all), ElementsAre(finding::kind::cancellation));
    EXPECT_THAT(all[0].text, HasSubstr("noticed only 200.00 ms later"));
}

TEST(Findings, NameWhoGoesOnAfterACancellation) {
    recorded_story story;
    story.add(cancel(100, trace::event_type::cancel_asked));
    for (int i = 0; i < 3; ++i) {
        story.add(cancel(110, trace::event_type::cancel_seen));
    }
    const auto all = found_in(story, 200);
    ASSERT_THAT(kinds_of(all), ElementsAre(finding::kind::cancellation));
    EXPECT_EQ(all[0].text, "#1 #1 was cancelled by the loop, caught that 3 times and went on");
}

TEST(Findings, TakeAPromptEndForNoIgnoredCancellation) {
    recorded_story story;
    story.add(cancel(100, trace::event_type::cancel_seen));  // asked for before the recording
    story.add(cancel(100, trace::event_type::cancel_asked));
    for (int i = 0; i < 3; ++i) {
        story.add(cancel(110, trace::event_type::cancel_seen));
    }
    story.add({120, 1, trace::event_type::ended, 2, 0, 0, 0, 0});
    EXPECT_THAT(found_in(story, 300'000), IsEmpty());
}

TEST(Findings, TakeALongEndForNoIgnoredCancellation) {
    recorded_story story;
    story.add(cancel(100, trace::event_type::cancel_asked));
    story.add(cancel(110, trace::event_type::cancel_seen));
    story.add({250'000, 1, trace::event_type::ended, 2, 0, 0, 0, 0});
    EXPECT_THAT(found_in(story, 300'000), IsEmpty());
}

// Each further `cancelled` of the same scope is no later notice.
TEST(Findings, NoticeCountsFromTheFirstTime) {
    recorded_story story;
    story.add(cancel(100, trace::event_type::cancel_asked));
    story.add(cancel(110, trace::event_type::cancel_seen));
    story.add(cancel(250'000, trace::event_type::cancel_seen));
    story.add({250'010, 1, trace::event_type::ended, 2, 0, 0, 0, 0});
    EXPECT_THAT(found_in(story, 300'000), IsEmpty());
}

TEST(Findings, SayThatEventsWereLost) {
    recorded_story story;
    story.loop_ran(0, 1).gap(7).left(10, 1, trace::leave_finished, 0);
    const auto all = found_in(story, 20);
    ASSERT_THAT(kinds_of(all), ElementsAre(finding::kind::lost_events));
    EXPECT_THAT(all[0].text, HasSubstr("7 events"));
}

TEST(FailOn, HoldsForWhatItNames) {
    const auto conditions = trace_tool::parse_fail_on("stall>100ms,lost");
    ASSERT_EQ(conditions.size(), 2U);
    EXPECT_FALSE(conditions[0].holds_for({finding::kind::stall, 1, 100'000'000, {}}));
    EXPECT_TRUE(conditions[0].holds_for({finding::kind::stall, 1, 100'000'001, {}}));
    EXPECT_FALSE(conditions[0].holds_for({finding::kind::leak, 1, 200'000'000, {}}));
    EXPECT_TRUE(conditions[1].holds_for({finding::kind::lost_result, 1, 0, {}}));
}

TEST(FailOn, KnowsEveryKindOfFinding) {
    const auto conditions = trace_tool::parse_fail_on(
        "delay>1ms,contention>1ms,cancellation>1ms,long_hold>1ms,stall,deadlock,leak,lost,"
        "futile_wakes,lock_order,held_at_exit,lost_events");
    std::set<finding::kind> kinds;
    for (const auto& each : conditions) {
        kinds.insert(each.what);
        EXPECT_TRUE(each.holds_for({each.what, 0, 2'000'000, {}}));
    }
    EXPECT_EQ(kinds.size(), 12U);
    EXPECT_FALSE(conditions[0].holds_for({finding::kind::delay, 0, 1'000'000, {}}));
}

TEST(FailOn, RefusesWhatItDoesNotKnow) {
    for (const auto* text : {"stal", "stall>100", "stall>", "stall>0ms", "leak>5s",
                             "lost_events>1s", "stall>-1s", ",", "stall>99999999999999999999s"}) {
        EXPECT_THROW(trace_tool::parse_fail_on(text), trace_tool::bad_usage) << text;
    }
    EXPECT_THAT(trace_tool::parse_fail_on(""), IsEmpty());
}

}  // namespace
}  // namespace weft::test
