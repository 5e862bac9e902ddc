// SPDX-License-Identifier: BSL-1.0
//
// What is recorded of the loop, of workers, of cancellations, and of results that nobody asks for.
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/task_group.hpp>
#include <weft/this_fiber.hpp>
#include <weft/worker_pool.hpp>

#include "support/runtime_test.hpp"
#include "traced_runtime.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <vector>

namespace weft::trace {
namespace {

using namespace std::chrono_literals;
using test::recording;
using RecordedEvents = test::runtime_test;

std::vector<event> of_type(const recording& recorded, event_type wanted) {
    auto found = recorded.all();
    std::erase_if(found, [=](const event& each) { return each.type != wanted; });
    return found;
}

FIBER_TEST_F(RecordedEvents, TheLoopSaysHowLongItMayWaitForTheKernel) {
    const recording recorded(loop_events);
    auto waiting = spawn([] { this_fiber::sleep_for(3ms); });
    waiting.get();
    const auto began = of_type(recorded, event_type::poll_began);
    const auto ended = of_type(recorded, event_type::poll_ended);
    ASSERT_FALSE(began.empty());
    EXPECT_EQ(began.size(), ended.size());
    EXPECT_TRUE(std::ranges::all_of(began, [](const event& each) { return each.x <= 3000; }));
    EXPECT_EQ(ended.front().x, 0U);
    const auto started = of_type(recorded, event_type::started);
    EXPECT_EQ(recorded.all().size(), began.size() + ended.size() + started.size());
}

FIBER_TEST_F(RecordedEvents, AJobSaysWhenItWasQueuedBeganAndEndedAndWhere) {
    const recording recorded(worker_events);
    const auto thread = to_thread([] { return ::syscall(SYS_gettid); });
    to_thread([] {});
    const auto queued = recorded.of(this_fiber::id(), event_type::job_queued);
    const auto started = recorded.of(this_fiber::id(), event_type::job_started);
    const auto ended = recorded.of(this_fiber::id(), event_type::job_ended);
    ASSERT_EQ(queued.size(), 2U);
    ASSERT_EQ(started.size(), 2U);
    ASSERT_EQ(ended.size(), 2U);
    EXPECT_EQ(started[0].x, static_cast<std::uint32_t>(thread));
    EXPECT_EQ(started[0].object, queued[0].object);
    EXPECT_NE(started[1].object, started[0].object);
    EXPECT_LE(started[0].time, ended[0].time);
    EXPECT_LE(ended[0].time, queued[1].time);
}

FIBER_TEST_F(RecordedEvents, ACancellationIsAskedForAndSeen) {
    auto waiting = spawn([] { this_fiber::sleep_for(1h); });
    const auto id = waiting.id();
    let_others_run();
    const recording recorded(cancel_events);
    waiting.cancel();
    EXPECT_THROW(waiting.get(), cancelled);
    const auto asked = recorded.of(id, event_type::cancel_asked);
    const auto seen = recorded.of(id, event_type::cancel_seen);
    ASSERT_EQ(asked.size(), 1U);
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(asked[0].x, static_cast<std::uint32_t>(this_fiber::id()));
    EXPECT_EQ(asked[0].object, seen[0].object);
    EXPECT_LT(asked[0].time, seen[0].time);
}

FIBER_TEST_F(RecordedEvents, ADeadlineIsACancellationByTheLoop) {
    const recording recorded(cancel_events);
    move_on_after(1ms, [] { this_fiber::sleep_for(1h); });
    const auto asked = recorded.of(this_fiber::id(), event_type::cancel_asked);
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked[0].x, 0U);
}

TEST_F(RecordedEvents, AFailureThatNobodyAsksForIsLost) {
    options.on_error = [](const error_report&) {};
    run([] {
        const recording recorded;
        auto forgotten = spawn([] { throw std::runtime_error("disk full"); });
        const auto first = forgotten.id();
        let_others_run();
        { const auto dropped = std::move(forgotten); }
        auto alone = spawn([] { throw std::runtime_error("no route"); });
        const auto second = alone.id();
        alone.detach();
        let_others_run();
        const auto lost = of_type(recorded, event_type::result_lost);
        ASSERT_EQ(lost.size(), 2U);
        EXPECT_EQ(lost[0].fiber, static_cast<std::uint32_t>(first));
        EXPECT_EQ(test::string_numbered(lost[0].x), "disk full");
        EXPECT_EQ(lost[1].fiber, static_cast<std::uint32_t>(second));
        EXPECT_EQ(test::string_numbered(lost[1].x), "no route");
    });
}

FIBER_TEST_F(RecordedEvents, AResultThatWasAskedForIsNotLost) {
    const recording recorded;
    auto read = spawn([] { throw std::runtime_error("seen"); });
    EXPECT_THROW(read.get(), std::runtime_error);
    EXPECT_TRUE(of_type(recorded, event_type::result_lost).empty());
}

FIBER_TEST_F(RecordedEvents, AHandleDroppedBeforeItsFiberBeganIsLost) {
    const recording recorded;
    const auto id = spawn([] {}).id();
    EXPECT_EQ(recorded.of(id, event_type::handle_lost).size(), 1U);
    auto begun = spawn([] { this_fiber::sleep_for(1h); });
    const auto other = begun.id();
    let_others_run();
    { const auto dropped = std::move(begun); }
    EXPECT_TRUE(recorded.of(other, event_type::handle_lost).empty());
}

FIBER_TEST_F(RecordedEvents, AFiberCancelledBeforeItBeganNeverStarts) {
    const recording recorded(sched_events | cancel_events);
    bool began = false;
    auto cancelled_early = spawn([&] { began = true; });
    const auto id = cancelled_early.id();
    cancelled_early.cancel();
    EXPECT_THROW(cancelled_early.get(), cancelled);
    EXPECT_FALSE(began);
    EXPECT_EQ(recorded.of(id, event_type::never_started).size(), 1U);
    EXPECT_EQ(recorded.of(id, event_type::cancel_seen).size(), 1U);
    EXPECT_TRUE(recorded.of(id, event_type::handle_lost).empty());
}

FIBER_TEST_F(RecordedEvents, TheMemorySaysWhetherAnythingCanStillHappen) {
    const auto& shown = test::trace_memory_here().loop();
    this_fiber::sleep_for(1ms);
    EXPECT_EQ(shown.armed, 1U);
    auto other = spawn([] { this_fiber::sleep_for(2ms); });
    this_fiber::sleep_for(1ms);
    EXPECT_EQ(shown.armed, 2U);
    other.get();
    EXPECT_EQ(shown.armed, 1U);
}

}  // namespace
}  // namespace weft::trace
