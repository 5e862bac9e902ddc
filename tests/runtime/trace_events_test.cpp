// SPDX-License-Identifier: BSL-1.0
#include <weft/trace_events.hpp>

#include <weft/condition_variable.hpp>
#include <weft/event.hpp>
#include <weft/mutex.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>
#include <weft/trace.hpp>

#include "support/descriptors.hpp"
#include "support/runtime_test.hpp"
#include "traced_runtime.hpp"

#include <dlfcn.h>

#include <chrono>
#include <mutex>
#include <stdexcept>
#include <string>

namespace weft::trace {
namespace {

using namespace std::chrono_literals;
using test::recording;
using TraceEvents = test::runtime_test;

FIBER_TEST_F(TraceEvents, NothingIsRecordedUnlessAskedFor) {
    spawn([] { this_fiber::yield(); }).get();
    EXPECT_EQ(test::trace_memory_here().loop().head, 0U);
}

FIBER_TEST_F(TraceEvents, SwitchedAndWokenDescribeAWait) {
    weft::event happened;
    auto waiting = spawn([&] { happened.wait(); });
    const auto id = waiting.id();
    const recording recorded;
    let_others_run();
    happened.set();
    waiting.get();
    const auto switched = recorded.of(id, event_type::switched);
    const auto woken = recorded.of(id, event_type::woken);
    ASSERT_EQ(switched.size(), 2U);
    ASSERT_EQ(woken.size(), 1U);
    EXPECT_EQ(switched[0].sub, static_cast<int>(detail::wait_reason::event));
    EXPECT_EQ(switched[0].object, reinterpret_cast<std::uintptr_t>(&happened));
    EXPECT_EQ(switched[0].x, static_cast<std::uint32_t>(this_fiber::id()));
    EXPECT_EQ(switched[1].sub, leave_finished);
    EXPECT_EQ(woken[0].x, static_cast<std::uint32_t>(this_fiber::id()));
    EXPECT_LT(switched[0].time, woken[0].time);
    EXPECT_LT(woken[0].time, switched[1].time);
}

FIBER_TEST_F(TraceEvents, TheLoopHasTheProcessorWhileItWaits) {
    const recording recorded;
    this_fiber::sleep_for(1ms);
    const auto left = recorded.of(this_fiber::id(), event_type::switched);
    const auto entered = recorded.of(0, event_type::switched);
    ASSERT_EQ(left.size(), 1U);
    ASSERT_EQ(entered.size(), 1U);
    EXPECT_EQ(left[0].x, 0U);
    EXPECT_EQ(left[0].sub, static_cast<int>(detail::wait_reason::sleep));
    EXPECT_EQ(entered[0].x, static_cast<std::uint32_t>(this_fiber::id()));
    EXPECT_EQ(entered[0].sub, leave_idle);
    EXPECT_EQ(recorded.of(this_fiber::id(), event_type::woken).at(0).x, 0U);
}

FIBER_TEST_F(TraceEvents, BirthNamesTheFiberAndThePlace) {
    const recording recorded;
    auto made = spawn([] {}, {.name = "made"});
    const auto spawned = recorded.of(made.id(), event_type::spawned);
    const auto named = recorded.of(made.id(), event_type::named);
    ASSERT_EQ(spawned.size(), 1U);
    EXPECT_TRUE(test::string_numbered(spawned[0].x).ends_with("trace_events_test.cpp"));
    EXPECT_EQ(spawned[0].object, this_fiber::id());
    ASSERT_EQ(named.size(), 1U);
    EXPECT_EQ(test::string_numbered(named[0].x), "made");
    made.get();
}

FIBER_TEST_F(TraceEvents, TheEndSaysHow) {
    const recording recorded;
    auto failed = spawn([] { throw std::runtime_error("no"); });
    auto stopped = spawn([] { this_fiber::sleep_for(1s); });
    const auto failed_id = failed.id();
    const auto stopped_id = stopped.id();
    let_others_run();
    stopped.cancel();
    EXPECT_THROW(failed.get(), std::runtime_error);
    EXPECT_THROW(stopped.get(), cancelled);
    const auto how = [&](std::uint64_t id) {
        return static_cast<ended_by>(recorded.of(id, event_type::ended).at(0).sub);
    };
    EXPECT_EQ(how(failed_id), ended_by::exception);
    EXPECT_EQ(how(stopped_id), ended_by::cancellation);
}

/// Waits in a function whose name a stack can be searched for.
[[gnu::noinline]] void wait_here(weft::event& happened) {
    happened.wait();
    asm volatile("");  // so that the call is no jump
}

/// Whether a frame of the stack returns into a function.
bool goes_through(std::uint32_t stack, void (*function)(weft::event&)) {
    const auto begin = reinterpret_cast<std::uintptr_t>(function);
    for (const auto frame : test::stack_numbered(stack)) {
        if (frame > begin && frame < begin + 64) {
            return true;
        }
    }
    return false;
}

FIBER_TEST_F(TraceEvents, TheStackOfAWaitLeadsThroughItsCallers) {
    weft::event happened;
    const recording recorded(sched_events | stack_events);
    auto waiting = spawn([&] { wait_here(happened); });
    auto elsewhere = spawn([&] { happened.wait(); });
    let_others_run();
    EXPECT_TRUE(
        goes_through(recorded.of(waiting.id(), event_type::switched).at(0).stack, &wait_here));
    EXPECT_TRUE(goes_through(test::row_of(waiting.id())->wait_stack, &wait_here));
    EXPECT_FALSE(goes_through(test::row_of(elsewhere.id())->wait_stack, &wait_here));
    happened.set();
}

FIBER_TEST_F(TraceEvents, TheSameStackHasOneNumber) {
    weft::event happened;
    const recording recorded(sched_events | stack_events);
    std::vector<task<void>> waiting;
    for (int i = 0; i < 3; ++i) {
        waiting.push_back(spawn([&] { wait_here(happened); }));
    }
    let_others_run();
    const auto first = test::row_of(waiting[0].id())->wait_stack;
    EXPECT_NE(first, 0U);
    EXPECT_EQ(test::row_of(waiting[1].id())->wait_stack, first);
    EXPECT_EQ(test::row_of(waiting[2].id())->wait_stack, first);
    happened.set();
}

FIBER_TEST_F(TraceEvents, AToolCanAskForTheStacksOfAllParkedFibers) {
    weft::event happened;
    std::vector<task<void>> waiting;
    for (int i = 0; i < 600; ++i) {  // more than one step
        waiting.push_back(spawn([&] { wait_here(happened); }));
    }
    auto elsewhere = spawn([&] { happened.wait(); });
    let_others_run();
    EXPECT_EQ(test::row_of(waiting[0].id())->wait_stack, 0U);
    auto& memory = test::trace_memory_here();
    if (memory.header().context_inside != 0) {
        happened.set();
        GTEST_SKIP() << "Boost.Fiber keeps the registers of these fibers";
    }
    memory.control().asked = 7;
    while (memory.loop().answered != 7) {
        this_fiber::sleep_for(1ms);
    }
    for (const auto& each : waiting) {
        ASSERT_TRUE(goes_through(test::row_of(each.id())->wait_stack, &wait_here));
    }
    EXPECT_FALSE(goes_through(test::row_of(elsewhere.id())->wait_stack, &wait_here));
    EXPECT_NE(test::row_of(elsewhere.id())->wait_stack, 0U);
    happened.set();
}

FIBER_TEST_F(TraceEvents, ContendedLocksTellWhoHoldsThem) {
    mutex guard;
    const recording recorded(sync_events);
    std::unique_lock held(guard);
    auto waiting = spawn([&] { const std::scoped_lock lock(guard); });
    let_others_run();
    held.unlock();
    const auto wanted = recorded.of(waiting.id(), event_type::lock_contended);
    ASSERT_EQ(wanted.size(), 1U);
    EXPECT_EQ(wanted[0].x, static_cast<std::uint32_t>(this_fiber::id()));
    EXPECT_EQ(recorded.of(waiting.id(), event_type::lock_received).size(), 1U);
    waiting.get();
}

FIBER_TEST_F(TraceEvents, InputAndOutputNameTheDescriptor) {
    auto [left, right] = test::socket_pair();
    const recording recorded(io_events);
    auto reader = spawn([&left = left] { static_cast<void>(test::receive_text(left)); });
    const auto id = reader.id();
    let_others_run();
    test::send_from_outside(right, "x");
    reader.get();
    const auto submitted = recorded.of(id, event_type::io_submitted);
    ASSERT_FALSE(submitted.empty());
    EXPECT_EQ(submitted[0].object, static_cast<std::uint64_t>(left.get()));
    EXPECT_EQ(recorded.of(id, event_type::io_completed).at(0).x, 0U);
}

TEST_F(TraceEvents, TheRingKeepsTheNewest) {
    options.trace = {.ring_size = 4096};
    run([] {
        const recording recorded;
        for (int i = 0; i < 1000; ++i) {
            this_fiber::sleep_for(1ms);
        }
        const auto& memory = test::trace_memory_here();
        EXPECT_GE(memory.loop().head, 3000U);
        EXPECT_EQ(memory.events().size(), 128U);
        std::uint64_t last = 0;
        for (std::uint64_t i = memory.loop().head - 128; i < memory.loop().head; ++i) {
            EXPECT_GE(memory.events()[i % 128].time, last);
            last = memory.events()[i % 128].time;
        }
    });
}

FIBER_TEST_F(TraceEvents, TimersSayWhenTheyAreDueAndHowLateTheyWere) {
    const recording recorded(timer_events);
    this_fiber::sleep_for(3ms);
    const auto armed = recorded.of(this_fiber::id(), event_type::timer_armed);
    const auto expired = recorded.of(0, event_type::timer_expired);
    ASSERT_EQ(armed.size(), 1U);
    ASSERT_EQ(expired.size(), 1U);
    EXPECT_EQ(armed[0].x, 3000U);
    EXPECT_EQ(expired[0].object, armed[0].object);
    EXPECT_EQ(expired[0].x, 0U);  // time is virtual
    EXPECT_TRUE(recorded.of(this_fiber::id(), event_type::timer_disarmed).empty());
    EXPECT_TRUE(recorded.of(this_fiber::id(), event_type::switched).empty());
}

class TraceEventsInRealTime : public test::runtime_test {
protected:
    TraceEventsInRealTime() { use_real_time(); }
};

FIBER_TEST_F(TraceEventsInRealTime, ALateTimerSaysSo) {
    const recording recorded(timer_events);
    auto sleeper = spawn([] { this_fiber::sleep_for(1ms); });
    this_fiber::yield();
    for (const auto until = clock::now() + 5ms; clock::now() < until;) {
    }
    sleeper.get();
    const auto expired = recorded.of(0, event_type::timer_expired);
    ASSERT_EQ(expired.size(), 1U);
    EXPECT_GE(expired[0].x, 3000U);
}

FIBER_TEST_F(TraceEvents, ATimerThatIsNotNeededIsDisarmed) {
    const recording recorded(timer_events);
    fail_after(1s, [] { this_fiber::yield(); });
    const auto armed = recorded.of(this_fiber::id(), event_type::timer_armed);
    const auto disarmed = recorded.of(this_fiber::id(), event_type::timer_disarmed);
    ASSERT_EQ(armed.size(), 1U);
    ASSERT_EQ(disarmed.size(), 1U);
    EXPECT_EQ(disarmed[0].object, armed[0].object);
    EXPECT_EQ(recorded.all().size(), 2U);
}

FIBER_TEST_F(TraceEvents, AWakeForWhatIsNotSoIsInVain) {
    mutex guard;
    condition_variable changed;
    int value = 0;
    const recording recorded;
    auto waiting = spawn([&] {
        std::unique_lock lock(guard);
        changed.wait(lock, [&] { return value == 2; });
    });
    auto patient = spawn([&] {
        std::unique_lock lock(guard);
        EXPECT_TRUE(changed.wait_for(lock, 1h, [&] { return value == 2; }));
    });
    for (value = 0; value < 2; ++value) {
        let_others_run();
        changed.notify_all();
    }
    const auto first = waiting.id();
    const auto second = patient.id();
    waiting.get();
    patient.get();
    for (const auto id : {first, second}) {
        const auto vain = recorded.of(id, event_type::woken_in_vain);
        ASSERT_EQ(vain.size(), 1U);
        EXPECT_EQ(vain[0].sub, static_cast<int>(detail::wait_reason::condition));
        EXPECT_EQ(vain[0].object, reinterpret_cast<std::uintptr_t>(&changed));
    }
}

FIBER_TEST_F(TraceEvents, AWakeForWhatIsSoIsNotInVain) {
    mutex guard;
    condition_variable changed;
    bool ready = false;
    const recording recorded;
    auto waiting = spawn([&] {
        std::unique_lock lock(guard);
        changed.wait(lock, [&] { return ready; });
        EXPECT_FALSE(changed.wait_for(lock, 1ms, [] { return false; }));
    });
    let_others_run();
    ready = true;
    changed.notify_all();
    const auto id = waiting.id();
    waiting.get();
    EXPECT_TRUE(recorded.of(id, event_type::woken_in_vain).empty());
}

FIBER_TEST_F(TraceEvents, WorkOfALibraryNests) {
    const recording recorded(dns_events | tls_events);
    {
        work outer(work_kind::tls, "outer");
        {
            work inner(work_kind::dns, "inner");
            inner.result({}, 2, true);
        }
        work_moved(work_kind::tls, true, 7);
    }
    const auto began = recorded.of(this_fiber::id(), event_type::work_began);
    const auto ended = recorded.of(this_fiber::id(), event_type::work_ended);
    const auto moved = recorded.of(this_fiber::id(), event_type::work_moved);
    ASSERT_EQ(began.size(), 2U);
    ASSERT_EQ(ended.size(), 2U);
    ASSERT_EQ(moved.size(), 1U);
    EXPECT_EQ(test::string_numbered(began[1].x), "inner");
    EXPECT_EQ(ended[0].object, began[1].object);
    EXPECT_EQ(ended[0].x, 0U);
    EXPECT_EQ(ended[0].stack, 2U);
    EXPECT_EQ(ended[0].aux, work_was_remembered);
    EXPECT_EQ(ended[1].object, began[0].object);
    EXPECT_EQ(ended[1].x, static_cast<std::uint32_t>(std::errc::operation_canceled));
    EXPECT_EQ(moved[0].x, 7U);
    EXPECT_EQ(moved[0].aux, 1U);
}

FIBER_TEST_F(TraceEvents, WorkWhoseBeginWasNotRecordedHasNoEnd) {
    auto& control = test::trace_memory_here().control();
    const auto before = test::trace_memory_here().loop().head;
    {
        const work unseen(work_kind::dns, "unseen");
        control.mask = dns_events;
    }
    control.mask = 0;
    EXPECT_EQ(test::trace_memory_here().loop().head, before);
}

FIBER_TEST_F(TraceEvents, ALeaseThatRanOutEndsTheRecording) {
    auto& control = test::trace_memory_here().control();
    control.owner = 1;
    control.mask = all_events;
    control.lease = 1;  // long ago
    this_fiber::sleep_for(1ms);
    EXPECT_EQ(control.mask, 0U);
    EXPECT_EQ(control.owner, 0U);
}

TEST(TraceOutside, WorkOutsideOfFibersDoesNothing) {
    work outside(work_kind::dns, "no fiber");
    outside.result({}, 1, false);
    work_moved(work_kind::tls, true, 1);
}

}  // namespace
}  // namespace weft::trace
