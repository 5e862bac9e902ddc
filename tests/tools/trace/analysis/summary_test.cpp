// SPDX-License-Identifier: BSL-1.0
#include "analysis/summary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/recorded_story.hpp"
#include "support/run_tool.hpp"

namespace weft::test {
namespace {

trace::fiber_row parked_since(std::uint64_t id, std::uint64_t nanoseconds) {
    trace::fiber_row row{};
    row.id = id;
    row.state = trace::row_state::parked;
    row.reason = sleeping;
    row.since = nanoseconds;
    return row;
}

TEST(Summary, AddsUpWhatEachFiberDid) {
    const temporary_file file;
    recorded_story story;
    story.spawned(0, 5, 41).named(0, 5, "reader").loop_ran(10, 5).left(30, 5, receiving, 0);
    story.woken(90, 5, receiving, 7).loop_ran(100, 5).left(105, 5, trace::leave_finished, 0);
    story.write(file, 200);
    const auto read = trace_tool::summarize(file.path());
    const auto& fiber = read.fibers.at(5);
    EXPECT_EQ(fiber.name, "reader");
    EXPECT_EQ(fiber.site, "a.cpp:41");
    EXPECT_EQ(fiber.running, 25U);
    EXPECT_EQ(fiber.ready, 20U);
    EXPECT_EQ(fiber.waiting.at(receiving), 60U);
    EXPECT_EQ(fiber.switches, 2U);
    EXPECT_EQ(fiber.longest_run, 20U);
    EXPECT_EQ(read.waits.at(receiving).count(), 1U);
    EXPECT_EQ((read.wakes.at({7, 5}).count), 1U);
    EXPECT_EQ(read.scale.duration(60), 60'000U);
}

TEST(Summary, CountsWholeRunsAndKnowsTheLongestWaitOfAnObject) {
    const temporary_file file;
    recorded_story story;
    story.left(20, 5, receiving, 0, 0xab).woken(80, 5, receiving).loop_ran(80, 5);
    story.left(90, 5, sleeping, 0).spawned(90, 6).loop_ran(90, 6).left(95, 6, receiving, 0, 0xab);
    story.woken(100, 6, receiving).loop_ran(100, 6).left(104, 6, trace::leave_finished, 0);
    story.write(file, 200);
    const auto read = trace_tool::summarize(file.path());
    EXPECT_EQ(read.runs.count(), 3U);  // not the one whose begin was not seen
    const auto& object = read.objects.at(0xab);
    EXPECT_EQ(object.waits, 2U);
    EXPECT_EQ(object.ticks, 65U);
    EXPECT_EQ(object.longest, 60U);
    EXPECT_EQ(object.longest_fiber, 5U);
}

TEST(Summary, LeavesCutWaitsOutOfPercentiles) {
    const temporary_file file;
    recorded_story story;
    story.loop_ran(0, 5).left(10, 5, sleeping, 6).left(20, 6, sleeping, 0).gap(2);
    story.woken(90, 5, sleeping).loop_ran(95, 5).left(99, 5, sleeping, 0);
    story.write(file, 120);
    const auto read = trace_tool::summarize(file.path());
    EXPECT_EQ(read.waits.count(sleeping), 0U);
    EXPECT_EQ(read.excluded_waits, 2U);
    EXPECT_EQ(read.gaps, 1U);
    EXPECT_EQ(read.file.lost, 2U);
}

TEST(Summary, LeavesRunsAndLinesThatTheEndCutsOutOfPercentiles) {
    const temporary_file file;
    recorded_story story;
    story.loop_ran(0, 5).left(10, 5, sleeping, 6).woken(20, 5, sleeping, 6);
    story.write(file, 70);  // 6 runs, and 5 is in line
    const auto read = trace_tool::summarize(file.path());
    EXPECT_EQ(read.fibers.at(6).running, 60U);
    EXPECT_EQ(read.fibers.at(5).ready, 50U);
    EXPECT_EQ(read.runs.count(), 1U);
    EXPECT_EQ(read.runs.longest(), 10U);
    EXPECT_EQ(read.ready.count(), 0U);
}

TEST(Summary, CountsALossAfterTheLastEvent) {
    const temporary_file file;
    recorded_story story;
    story.loop_ran(0, 5).left(10, 5, sleeping, 0).gap(3);
    story.write(file, 120);
    const auto read = trace_tool::summarize(file.path());
    EXPECT_EQ(read.gaps, 1U);
    EXPECT_EQ(read.file.lost, 3U);
}

TEST(Summary, TakesTheFirstRecordingInARingForNoGap) {
    const temporary_file file;
    recorded_story story;
    story.told().rows = {parked_since(1, 0)};
    story.add({30, 0, trace::event_type::started, 0, 0, 0, 0, 1});
    story.woken(50, 1, sleeping).loop_ran(50, 1).left(60, 1, trace::leave_finished, 0);
    story.write(file, 60);
    const auto read = trace_tool::summarize(file.path());
    EXPECT_EQ(read.fibers.at(1).waiting.at(sleeping), 50U);
    EXPECT_EQ(read.fibers.at(1).unknown, 0U);
}

TEST(Summary, BeginsWithTheEventsIfTheyWereThereBefore) {
    const temporary_file file;
    recorded_story story(1'000);
    story.told().rows = {parked_since(1, 0)};
    story.loop_ran(400, 3).left(410, 3, sleeping, 0);
    story.write(file, 1'500);
    EXPECT_EQ(trace_tool::summarize(file.path()).fibers.at(1).waiting.at(sleeping), 1'100U);
}

// The events were there before the recorder, which read the rows 5 s later.
TEST(Summary, DoesNotTakeALaterStateForThatAtTheBegin) {
    constexpr std::uint64_t begin = 10'000'000;  // us
    const temporary_file file;
    recorded_story story(begin);
    story.told().rows = {parked_since(1, 1'000'000'000), parked_since(2, 14'000'000'000)};
    story.loop_ran(begin, 3).left(begin + 10, 3, sleeping, 0);
    story.write(file, begin + 100);
    const auto read = trace_tool::summarize(file.path());
    EXPECT_EQ(read.fibers.at(1).waiting.at(sleeping), 100U);
    EXPECT_EQ(read.fibers.at(2).waiting_total(), 0U);
    EXPECT_EQ(read.fibers.at(2).unknown, 100U);
}

// A virtual clock has nothing to do with that of the recorder.
TEST(Summary, BelievesStatesOfAVirtualTime) {
    const temporary_file file;
    recorded_story story;
    story.told().program.virtual_time = true;
    story.told().rows = {parked_since(1, 1'000'000'000'000)};
    story.loop_ran(0, 3).left(10, 3, sleeping, 0);
    story.write(file, 100);
    EXPECT_EQ(trace_tool::summarize(file.path()).fibers.at(1).waiting.at(sleeping), 100U);
}

// Rows are read a moment after the begin; and times in them are those of a turn of the loop.
TEST(Summary, KnowsWhichStatesAreThoseOfTheBegin) {
    constexpr std::uint64_t begin = 10'000'000;  // us
    const auto unknown_of_the_first = [](std::vector<trace::fiber_row> rows) {
        const temporary_file file;
        recorded_story story(begin);
        story.told().rows = std::move(rows);
        story.loop_ran(begin, 3).left(begin + 10, 3, sleeping, 0);
        story.write(file, begin + 100);
        return trace_tool::summarize(file.path()).fibers.at(1).unknown;
    };
    EXPECT_EQ(unknown_of_the_first({parked_since(1, 10'000'900'000)}), 0U);
    EXPECT_EQ(unknown_of_the_first({parked_since(1, 10'001'100'000)}), 100U);
    const auto later = parked_since(2, 14'000'000'000);
    EXPECT_EQ(unknown_of_the_first({parked_since(1, 9'100'000'000), later}), 100U);
    EXPECT_EQ(unknown_of_the_first({parked_since(1, 8'900'000'000), later}), 0U);
}

TEST(Summary, KnowsNothingBetweenTwoRecordingsInOneRing) {
    const temporary_file file;
    recorded_story story;
    story.loop_ran(0, 5).left(10, 5, sleeping, 0);
    story.add({60, 0, trace::event_type::started, 0, 0, 0, 0, 1});
    story.woken(90, 5, sleeping).loop_ran(95, 5).left(99, 5, sleeping, 0);
    story.write(file, 120);
    const auto read = trace_tool::summarize(file.path());
    EXPECT_EQ(read.waits.count(sleeping), 0U);
    EXPECT_EQ(read.file.lost, 0U);
}

TEST(Summary, SaysWhatIsBeforeTheDamage) {
    const temporary_file file;
    recorded_story story;
    story.loop_ran(0, 5).left(10, 5, trace::leave_finished, 0);
    story.last_rows.resize(1);
    story.write(file, 20);
    auto bytes = file.content();
    bytes[bytes.rfind("ftrchunk", bytes.rfind("ftrchunk") - 1) + 100] ^= 1;
    file.fill(bytes);
    const auto read = trace_tool::summarize(file.path());
    EXPECT_EQ(read.fibers.at(5).running, 10U);
    EXPECT_NE(read.file.damage, "");
}

// Nobody watched the program, so that there are none says nothing.
TEST(Stalls, OfARecordingWithoutAnyAreSaidToNeedAWatch) {
    const temporary_file file;
    recorded_story story;
    story.loop_ran(0, 5).left(10, 5, sleeping, 0).write(file, 20);
    const auto told = run_tool({"stalls", file.path()});
    EXPECT_EQ(told.code, 0);
    EXPECT_EQ(told.out, "0 stalls\n");
    EXPECT_THAT(told.err, testing::HasSubstr("WEFT_TRACE=stall"));
    story.add({15, 5, trace::event_type::stalled, 1, 0, 4, 0, 9'000}).write(file, 20);
    const auto some = run_tool({"stalls", file.path()});
    EXPECT_EQ(some.code, 1);
    EXPECT_EQ(some.err, "");
}

}  // namespace
}  // namespace weft::test
