// SPDX-License-Identifier: BSL-1.0
#include "analysis/why.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "error.hpp"
#include "support/recorded_story.hpp"

namespace weft::test {
namespace {

using testing::ElementsAre;
using testing::Pair;
using trace_tool::activity;

// Fiber 1 waits for 2, which sleeps, runs, and wakes it; 3 runs while 1 is ready.
class Why : public testing::Test {
protected:
    Why() {
        recorded_story story;
        story.spawned(0, 1).spawned(0, 2).spawned(0, 3).named(0, 2, "worker");
        story.loop_ran(0, 1).left(100, 1, receiving, 2);
        story.left(150, 2, sleeping, 0).woken(400, 2, sleeping).loop_ran(400, 2);
        story.woken(470, 1, receiving, 2).left(500, 2, trace::leave_finished, 3);
        story.left(700, 3, trace::leave_finished, 1).left(750, 1, trace::leave_finished, 0);
        story.write(file_, 800);
        read_ = trace_tool::summarize(file_.path());
        all_ = trace_tool::read_lives(file_.path());
    }

    [[nodiscard]] trace_tool::stretch asked(const std::string& what) const {
        return find_stretch(what, read_, all_);
    }

    temporary_file file_;
    trace_tool::summary read_;
    trace_tool::lives all_;
    trace_tool::frame_names names_{read_.modules};
};

TEST_F(Why, SplitsALifeExactly) {
    const auto parts = split_of(asked("1"), read_, all_, names_);
    EXPECT_EQ(parts.running, 150U);
    EXPECT_EQ(parts.ready, 230U);
    EXPECT_THAT(parts.waiting, ElementsAre(Pair("other", 370)));
    EXPECT_EQ(parts.unknown, 0U);
}

TEST_F(Why, SaysWhoRanWhileAFiberWasReady) {
    const auto parts = split_of(asked("1"), read_, all_, names_);
    EXPECT_THAT(parts.behind, ElementsAre(Pair(2, 30), Pair(3, 200)));
}

TEST_F(Why, FollowsWakesIntoTheFiberThatWasWaitedFor) {
    const auto path = critical_path(asked("1"), all_);
    std::vector<std::tuple<std::uint32_t, activity, std::uint64_t>> steps;
    std::uint64_t together = 0;
    for (const auto& step : path) {
        steps.emplace_back(step.what.fiber, step.what.what, step.what.ticks());
        together += step.what.ticks();
    }
    EXPECT_THAT(
        steps,
        ElementsAre(std::tuple(1, activity::running, 100), std::tuple(2, activity::running, 50),
                    std::tuple(2, activity::waiting, 250), std::tuple(2, activity::running, 70),
                    std::tuple(1, activity::ready, 230), std::tuple(1, activity::running, 50)));
    EXPECT_EQ(together, 750U);
}

// What goes on at the end of the stretch has not been ended by anybody yet.
TEST_F(Why, FollowsNoWakeThatCameLater) {
    const auto path = critical_path({1, "", 0, 300}, all_);
    ASSERT_EQ(path.size(), 2U);
    EXPECT_EQ(path[1].what.fiber, 1U);
    EXPECT_EQ(path[1].what.what, activity::waiting);
    EXPECT_EQ(path[1].what.ticks(), 200U);
}

TEST_F(Why, FindsAFiberByNumberAndByName) {
    EXPECT_EQ(asked("#2").fiber, 2U);
    EXPECT_EQ(asked("worker").fiber, 2U);
    EXPECT_THROW((void)asked("77"), trace_tool::bad_usage);
    EXPECT_THROW((void)asked("nobody"), trace_tool::bad_usage);
}

TEST(WhySpan, LooksOnlyAtItsTime) {
    const temporary_file file;
    recorded_story story;
    story.spawned(0, 1).loop_ran(0, 1);
    story.add({40, 1, trace::event_type::span_began, 0, 0, story.text("GET /"), 0, 9});
    story.left(100, 1, sleeping, 0).woken(200, 1, sleeping).loop_ran(210, 1);
    story.add({250, 1, trace::event_type::span_ended, 0, 0, 0, 0, 9});
    story.left(900, 1, trace::leave_finished, 0);
    story.write(file, 900);
    const auto read = trace_tool::summarize(file.path());
    const auto all = trace_tool::read_lives(file.path());
    trace_tool::frame_names names(read.modules);
    const auto span = find_stretch("GET /", read, all);
    EXPECT_EQ(span.end - span.begin, 210U);
    const auto parts = split_of(span, read, all, names);
    EXPECT_EQ(parts.running, 100U);
    EXPECT_EQ(parts.ready, 10U);
    EXPECT_THAT(parts.behind, ElementsAre(Pair(0, 10)));  // the loop
    EXPECT_THAT(parts.waiting, ElementsAre(Pair("sleep", 100)));
}

TEST(WhySpan, TakesTheLongestOfAName) {
    const temporary_file file;
    recorded_story story;
    story.spawned(0, 1).loop_ran(0, 1);
    for (const std::uint64_t begin : {10U, 100U, 300U}) {
        story.add({begin, 1, trace::event_type::span_began, 0, 0, story.text("GET /"), 0, begin});
        story.add(
            {begin == 100 ? 250 : begin + 5, 1, trace::event_type::span_ended, 0, 0, 0, 0, begin});
    }
    story.left(900, 1, trace::leave_finished, 0);
    story.write(file, 900);
    const auto span = find_stretch("GET /", trace_tool::summarize(file.path()),
                                   trace_tool::read_lives(file.path()));
    EXPECT_EQ(span.begin, 100U);
    EXPECT_EQ(span.end, 250U);
}

TEST(WhyLock, BlamesEachOwnerForItsTimeAndNobodyForHisOwn) {
    const temporary_file file;
    recorded_story story;
    story.spawned(0, 1).loop_ran(0, 1);
    story.add({10, 1, trace::event_type::lock_contended, locking, 0, 2, 0, 0xabc});
    story.left(10, 1, locking, 0, 0xabc);
    story.add({40, 3, trace::event_type::lock_received, locking, 0, 2, 0, 0xabc});
    story.add({70, 1, trace::event_type::lock_received, locking, 0, 3, 0, 0xabc});
    story.woken(90, 1, locking, 3).loop_ran(90, 1).left(100, 1, trace::leave_finished, 0);
    story.write(file, 110);
    const auto read = trace_tool::summarize(file.path());
    const auto all = trace_tool::read_lives(file.path());
    trace_tool::frame_names names(read.modules);
    const auto parts = split_of(find_stretch("1", read, all), read, all, names);
    EXPECT_THAT(parts.held_by, ElementsAre(Pair(2, 30), Pair(3, 30)));
}

TEST(WhyLock, SaysWhoHeldIt) {
    const temporary_file file;
    recorded_story story;
    story.spawned(0, 1).spawned(0, 2).loop_ran(0, 1);
    story.add({10, 1, trace::event_type::lock_contended, locking, 0, 2, 0, 0xabc});
    story.left(10, 1, locking, 2, 0xabc).woken(90, 1, locking, 2);
    story.left(100, 2, trace::leave_finished, 1);
    story.write(file, 110);
    const auto read = trace_tool::summarize(file.path());
    const auto all = trace_tool::read_lives(file.path());
    trace_tool::frame_names names(read.modules);
    const auto parts = split_of(find_stretch("1", read, all), read, all, names);
    EXPECT_THAT(parts.waiting, ElementsAre(Pair("lock", 80)));
    EXPECT_THAT(parts.held_by, ElementsAre(Pair(2, 80)));
    EXPECT_THAT(parts.owners_did.at(2), ElementsAre(Pair("run", 80)));
}

trace_tool::split split_of_first(const recorded_story& told) {
    const temporary_file file;
    auto story = told;
    story.write(file, 200);
    const auto read = trace_tool::summarize(file.path());
    const auto all = trace_tool::read_lives(file.path());
    trace_tool::frame_names names(read.modules);
    return split_of(find_stretch("1", read, all), read, all, names);
}

// Fiber 1 waits from 10 to 90 and from 120 to 160, twice for a channel.
recorded_story with_two_waits() {
    recorded_story story;
    story.spawned(0, 1).loop_ran(0, 1);
    story.left(10, 1, receiving, 0).woken(90, 1, receiving).loop_ran(90, 1);
    story.left(120, 1, receiving, 0).woken(160, 1, receiving).loop_ran(160, 1);
    return story;
}

void insert_by_time(recorded_story& story, const trace::event& added) {
    auto& events = story.told().events;
    events.insert(std::ranges::upper_bound(events, added.time, {}, &trace::event::time), added);
}

void add_work(recorded_story& story, trace::work_kind kind, std::uint64_t begin, std::uint64_t end,
              std::uint64_t number) {
    const auto sub = static_cast<std::uint8_t>(kind);
    insert_by_time(story, {begin, 1, trace::event_type::work_began, sub, 0,
                           story.text("about " + std::to_string(number)), 0, number});
    insert_by_time(story, {end, 1, trace::event_type::work_ended, sub, 0, 0, 0, number});
}

TEST(WhyWork, CountsWaitsOfALookUpAsDns) {
    auto story = with_two_waits();
    add_work(story, trace::work_kind::dns, 5, 95, 7);
    const auto parts = split_of_first(story);
    EXPECT_THAT(parts.waiting, ElementsAre(Pair("dns", 80), Pair("other", 40)));
    EXPECT_EQ(parts.places.begin()->first.about, "about 7");
}

TEST(WhyWork, TheInnermostCounts) {
    auto story = with_two_waits();
    add_work(story, trace::work_kind::tls, 5, 170, 7);
    add_work(story, trace::work_kind::dns, 7, 100, 8);
    EXPECT_THAT(split_of_first(story).waiting, ElementsAre(Pair("dns", 80), Pair("tls", 40)));
}

TEST(WhyWork, WorkThatBeganBeforeOrEndsAfterTheRecordingCountsAsFarAsItIsKnown) {
    auto before = with_two_waits();
    insert_by_time(before, {100, 1, trace::event_type::work_ended, 1, 0, 0, 0, 7});
    EXPECT_THAT(split_of_first(before).waiting, ElementsAre(Pair("dns", 80), Pair("other", 40)));
    auto after = with_two_waits();
    insert_by_time(after, {100, 1, trace::event_type::work_began, 1, 0, 0, 0, 7});
    EXPECT_THAT(split_of_first(after).waiting, ElementsAre(Pair("dns", 40), Pair("other", 80)));
}

TEST(WhyWork, OfLostEventsNothingIsConcluded) {
    recorded_story story;
    story.spawned(0, 1).loop_ran(0, 1);
    story.add({5, 1, trace::event_type::work_began, 1, 0, 0, 0, 7});
    story.left(10, 1, receiving, 0).woken(90, 1, receiving).loop_ran(90, 1);
    story.gap(3);  // in which the work may have ended
    story.loop_ran(110, 1).left(120, 1, receiving, 0).woken(160, 1, receiving).loop_ran(160, 1);
    EXPECT_THAT(split_of_first(story).waiting, ElementsAre(Pair("dns", 80), Pair("other", 40)));
    // Unless its end was seen all the same.
    story.add({165, 1, trace::event_type::work_ended, 1, 0, 0, 0, 7});
    EXPECT_THAT(split_of_first(story).waiting, ElementsAre(Pair("dns", 120)));
}

TEST(WhyWork, AWaitThatBeginsWithTheEndOfWorkIsNoPartOfIt) {
    auto story = with_two_waits();
    insert_by_time(story, {5, 1, trace::event_type::work_began, 1, 0, 0, 0, 7});
    auto& events = story.told().events;
    events.insert(events.begin() + 3, {10, 1, trace::event_type::work_ended, 1, 0, 0, 0, 7});
    EXPECT_THAT(split_of_first(story).waiting, ElementsAre(Pair("other", 120)));
}

TEST(WhyWork, OnlyWaitsOfItsOwnFiberCount) {
    auto story = with_two_waits();
    insert_by_time(story, {5, 2, trace::event_type::work_began, 1, 0, 0, 0, 7});
    insert_by_time(story, {170, 2, trace::event_type::work_ended, 1, 0, 0, 0, 7});
    EXPECT_THAT(split_of_first(story).waiting, ElementsAre(Pair("other", 120)));
}

TEST(WhyWork, ALockIsALockAlsoInALookUp) {
    recorded_story story;
    story.spawned(0, 1).loop_ran(0, 1);
    story.add({5, 1, trace::event_type::work_began, 1, 0, 0, 0, 7});
    story.left(10, 1, locking, 0, 0xabc).woken(90, 1, locking).loop_ran(90, 1);
    EXPECT_THAT(split_of_first(story).waiting, ElementsAre(Pair("lock", 80)));
}

TEST(WhyWakes, SaysWhoWokeItAndHowOftenInVain) {
    auto story = with_two_waits();
    story.told().events[3].x = 9;  // the first wake
    insert_by_time(story, {100, 1, trace::event_type::woken_in_vain, receiving, 0, 0, 0, 0});
    insert_by_time(story, {100, 2, trace::event_type::woken_in_vain, receiving, 0, 0, 0, 0});
    const auto parts = split_of_first(story);
    EXPECT_THAT(parts.woken_by, ElementsAre(Pair(0, 1), Pair(9, 1)));
    EXPECT_EQ(parts.woken_in_vain, 1U);
}

recorded_story with_a_job() {
    recorded_story story;
    story.told().program.reasons.emplace_back("to_thread");
    story.spawned(0, 1).loop_ran(0, 1);
    story.add({10, 1, trace::event_type::job_queued, 0, 0, 0, 0, 7});
    story.left(10, 1, on_worker, 0);
    return story;
}

TEST(WhyPool, TellsTheLineFromTheWorker) {
    auto story = with_a_job();
    story.add({40, 1, trace::event_type::job_started, 0, 0, 99, 0, 7});
    story.add({90, 1, trace::event_type::job_ended, 0, 0, 99, 0, 7});
    story.woken(95, 1, on_worker).loop_ran(100, 1).left(110, 1, trace::leave_finished, 0);
    EXPECT_THAT(split_of_first(story).waiting,
                ElementsAre(Pair("pool-queue", 30), Pair("pool-run", 55)));
}

TEST(WhyPool, TakesNoLaterJobForThisOne) {
    auto story = with_a_job();
    story.woken(95, 1, on_worker).loop_ran(95, 1);
    story.add({95, 1, trace::event_type::job_queued, 0, 0, 0, 0, 8});
    story.left(95, 1, on_worker, 0);
    story.add({120, 1, trace::event_type::job_started, 0, 0, 99, 0, 8});
    story.woken(130, 1, on_worker).loop_ran(130, 1).left(140, 1, trace::leave_finished, 0);
    EXPECT_THAT(split_of_first(story).waiting,
                ElementsAre(Pair("pool", 85), Pair("pool-queue", 25), Pair("pool-run", 10)));
}

TEST(WhyPool, DoesNotTellThemApartWithoutEvents) {
    auto story = with_a_job();
    story.woken(95, 1, on_worker).loop_ran(100, 1).left(110, 1, trace::leave_finished, 0);
    EXPECT_THAT(split_of_first(story).waiting, ElementsAre(Pair("pool", 85)));
}

}  // namespace
}  // namespace weft::test
