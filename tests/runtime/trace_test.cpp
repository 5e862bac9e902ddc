// SPDX-License-Identifier: BSL-1.0
#include <weft/trace.hpp>

#include <weft/mutex.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include "support/runtime_test.hpp"
#include "traced_runtime.hpp"

#include <mutex>
#include <optional>
#include <string>

namespace weft::trace {
namespace {

using test::recording;
using Trace = test::runtime_test;

FIBER_TEST_F(Trace, SpansNestAndAreInherited) {
    const span outer("outer");
    {
        const span inner("inner");
        EXPECT_EQ(test::row_of(this_fiber::id())->span, inner.number());
        auto child = spawn([] { this_fiber::yield(); });
        EXPECT_EQ(test::row_of(child.id())->span, inner.number());
        child.get();
    }
    EXPECT_EQ(test::row_of(this_fiber::id())->span, outer.number());
    EXPECT_NE(outer.number(), 0U);
}

FIBER_TEST_F(Trace, SpansAreRecordedWithNameAndParent) {
    const recording recorded(user_events);
    const span outer("outer");
    std::optional<span> inner(std::in_place, "inner");
    const auto number = inner->number();
    inner.reset();
    const auto began = recorded.of(this_fiber::id(), event_type::span_began);
    const auto ended = recorded.of(this_fiber::id(), event_type::span_ended);
    ASSERT_EQ(began.size(), 2U);
    EXPECT_EQ(test::string_numbered(began[1].x), "inner");
    EXPECT_EQ(began[1].stack, static_cast<std::uint32_t>(outer.number()));
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].object, number);
}

FIBER_TEST_F(Trace, MarksAndCountersAreRecorded) {
    const recording recorded(user_events);
    mark("here");
    counter("depth", -7);
    const auto marked = recorded.of(this_fiber::id(), event_type::mark);
    const auto counted = recorded.of(this_fiber::id(), event_type::counter);
    EXPECT_EQ(test::string_numbered(marked.at(0).x), "here");
    EXPECT_EQ(test::string_numbered(counted.at(0).x), "depth");
    EXPECT_EQ(static_cast<std::int64_t>(counted.at(0).object), -7);
}

FIBER_TEST_F(Trace, ASnapshotIsAskedForInTheMemoryAndAsAnEvent) {
    const auto& shown = test::trace_memory_here().loop();
    const auto before = shown.snapshots;
    snapshot("unrecorded");
    EXPECT_EQ(shown.snapshots, before + 1);
    EXPECT_EQ(test::string_numbered(shown.snapshot_text), "unrecorded");
    const recording recorded(user_events);
    snapshot("recorded");
    EXPECT_EQ(shown.snapshots, before + 2);
    const auto asked = recorded.of(this_fiber::id(), event_type::snapshot);
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(test::string_numbered(asked[0].x), "recorded");
}

FIBER_TEST_F(Trace, AnObjectHasItsNameForItsLifetime) {
    mutex guard;
    {
        const object_name named(&guard, "cache");
        EXPECT_EQ(test::string_numbered(test::object_row_of(&guard)->name), "cache");
    }
    EXPECT_EQ(test::object_row_of(&guard)->name, 0U);
}

TEST_F(Trace, OutsideOfFibersNothingHappens) {
    const span nowhere("nowhere");
    mark("nowhere");
    counter("nowhere", 1);
    snapshot("nowhere");
    const object_name unnamed(&nowhere, "nowhere");
    EXPECT_EQ(nowhere.number(), 0U);
}

FIBER_TEST_F(Trace, ALongNameIsCutOff) {
    const recording recorded(user_events);
    mark(std::string(2000, 'x'));
    const auto marked = recorded.of(this_fiber::id(), event_type::mark);
    EXPECT_EQ(test::string_numbered(marked.at(0).x), std::string(1024, 'x'));
}

FIBER_TEST_F(Trace, StringsThatFindNoRoomAreCounted) {
    const recording recorded(user_events);
    for (int i = 0; i < 1100; ++i) {
        mark(std::to_string(i) + std::string(1000, 'x'));
    }
    const auto marked = recorded.of(this_fiber::id(), event_type::mark);
    EXPECT_EQ(marked.size(), 1100U);
    EXPECT_EQ(marked.back().x, 0U);
    EXPECT_GT(test::trace_memory_here().loop().strings_lost, 0U);
}

}  // namespace
}  // namespace weft::trace
