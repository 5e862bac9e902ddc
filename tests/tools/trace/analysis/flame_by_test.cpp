// SPDX-License-Identifier: BSL-1.0
#include "analysis/flame_by.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recording/own_events.hpp"
#include "support/recorded_story.hpp"

namespace weft::test {
namespace {

using testing::ElementsAre;
using testing::Pair;
using trace::event_type;
using trace_tool::flame_kind;
using trace_tool::flame_owner;

std::map<std::string, std::uint64_t> paths_of(recorded_story story, flame_owner owner,
                                              flame_kind kind, std::uint64_t end) {
    const temporary_file file;
    story.write(file, end);
    const auto read = trace_tool::summarize(file.path());
    trace_tool::frame_names names(read.modules);
    return flame_by(owner, kind, file.path(), read, names);
}

void add_span(recorded_story& story, std::uint64_t begin, std::uint32_t fiber,
              const std::string& name, std::uint64_t number) {
    story.add({begin, fiber, event_type::span_began, 0, 0, story.text(name), 0, number});
}

void end_span(recorded_story& story, std::uint64_t end, std::uint32_t fiber, std::uint64_t number) {
    story.add({end, fiber, event_type::span_ended, 0, 0, 0, 0, number});
}

// Fiber 1 runs from 0 to 100, of it from 10 to 90 in "outer" and from 30 to 40 in "inner"; sleeps
// in a second "outer"; and runs again from 200 to 210.
recorded_story with_spans() {
    recorded_story story;
    story.spawned(0, 1).loop_ran(0, 1);
    add_span(story, 10, 1, "outer", 7);
    add_span(story, 30, 1, "inner", 8);
    end_span(story, 40, 1, 8);
    end_span(story, 90, 1, 7);
    add_span(story, 95, 1, "outer", 9);
    story.left(100, 1, sleeping, 0).woken(190, 1, sleeping).loop_ran(200, 1);
    story.left(210, 1, trace::leave_finished, 0);
    return story;
}

TEST(FlameBySpan, SplitsARunAtTheSpans) {
    EXPECT_THAT(paths_of(with_spans(), flame_owner::span, flame_kind::run, 210),
                ElementsAre(Pair("[no span];a.cpp:10", 15'000), Pair("inner;a.cpp:10", 10'000),
                            Pair("outer;a.cpp:10", 85'000)));
}

TEST(FlameBySpan, CountsWaitsAndLinesForTheSpanInWhichTheyBegan) {
    EXPECT_THAT(paths_of(with_spans(), flame_owner::span, flame_kind::wait, 210),
                ElementsAre(Pair("outer;[sleep]", 90'000)));
    EXPECT_THAT(paths_of(with_spans(), flame_owner::span, flame_kind::ready, 210),
                ElementsAre(Pair("outer;a.cpp:10", 10'000)));
}

TEST(FlameBySpan, CountsSamples) {
    auto story = with_spans();
    auto& events = story.told().events;
    events.insert(events.begin() + 4, {35, 1, trace_tool::sampled, 0, 0, 4, 0, 0});
    EXPECT_THAT(paths_of(story, flame_owner::span, flame_kind::cpu, 210),
                ElementsAre(Pair("inner;[unknown]", 4'000)));
}

TEST(FlameBySpan, AFiberWorksForWhatItsParentWorksFor) {
    recorded_story story;
    story.spawned(0, 1).loop_ran(0, 1);
    add_span(story, 10, 1, "request", 7);
    story.add({20, 2, event_type::spawned, 0, 11, story.text("a.cpp"), 0, 1});
    end_span(story, 30, 1, 7);
    story.left(40, 1, sleeping, 2).left(60, 2, trace::leave_finished, 0);
    EXPECT_THAT(paths_of(story, flame_owner::span, flame_kind::run, 60),
                ElementsAre(Pair("[no span];a.cpp:10", 20'000), Pair("request;a.cpp:10", 20'000),
                            Pair("request;a.cpp:11", 20'000)));
}

TEST(FlameBySpan, GuessesNothingAfterALoss) {
    recorded_story story;
    story.spawned(0, 1).loop_ran(0, 1);
    add_span(story, 10, 1, "request", 7);
    story.left(20, 1, sleeping, 0).gap(5);
    story.loop_ran(100, 1).left(120, 1, sleeping, 0).loop_ran(140, 1);
    add_span(story, 150, 1, "later", 8);
    story.left(170, 1, sleeping, 0);
    EXPECT_THAT(
        paths_of(story, flame_owner::span, flame_kind::run, 170),
        ElementsAre(Pair("[no span];a.cpp:10", 10'000), Pair("[not known];a.cpp:10", 30'000),
                    Pair("later;a.cpp:10", 20'000), Pair("request;a.cpp:10", 10'000)));
}

TEST(FlameBySpan, OfASpanThatBeganBeforeNothingIsKnown) {
    recorded_story story;
    trace::fiber_row row{};
    row.id = 1;
    row.state = trace::row_state::parked;
    row.reason = sleeping;
    row.span = 3;
    story.told().rows.push_back(row);
    story.woken(10, 1, sleeping).loop_ran(10, 1);
    end_span(story, 30, 1, 3);
    story.left(50, 1, sleeping, 0);
    EXPECT_THAT(paths_of(story, flame_owner::span, flame_kind::run, 50),
                ElementsAre(Pair("[not known];#1", 40'000)));
}

// Its row was read when the span was over already, or was lost.
TEST(FlameBySpan, OfAnEndWithoutABeginNothingIsKnownAfterwards) {
    recorded_story story;
    story.spawned(0, 1).loop_ran(0, 1);
    end_span(story, 30, 1, 3);
    story.left(50, 1, sleeping, 0);
    EXPECT_THAT(
        paths_of(story, flame_owner::span, flame_kind::run, 50),
        ElementsAre(Pair("[no span];a.cpp:10", 30'000), Pair("[not known];a.cpp:10", 20'000)));
}

TEST(FlameByOther, NamesFibersAndPlaces) {
    auto story = with_spans();
    story.named(1, 1, "worker; one");
    EXPECT_THAT(paths_of(story, flame_owner::fiber, flame_kind::wait, 210),
                ElementsAre(Pair("worker, one;[sleep]", 90'000)));
    EXPECT_THAT(paths_of(story, flame_owner::site, flame_kind::wait, 210),
                ElementsAre(Pair("a.cpp:10;[sleep]", 90'000)));
    EXPECT_THAT(paths_of(story, flame_owner::site, flame_kind::wake, 210),
                ElementsAre(Pair("a.cpp:10;loop", 1)));
    recorded_story endless;
    endless.spawned(0, 1).loop_ran(0, 1).left(10, 1, sleeping, 0);  // nobody has woken it yet
    EXPECT_THAT(paths_of(endless, flame_owner::site, flame_kind::wake, 100), testing::IsEmpty());
}

}  // namespace
}  // namespace weft::test
