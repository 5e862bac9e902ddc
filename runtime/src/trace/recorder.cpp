// SPDX-License-Identifier: BSL-1.0
#include "trace/recorder.hpp"

#include <weft/error.hpp>

#include "trace/processor.hpp"

#include <algorithm>
#include <cstring>
#include <exception>
#include <limits>
#include <new>

namespace weft::detail {

namespace {

std::uint16_t saturated(std::size_t count) noexcept {
    constexpr std::size_t most = std::numeric_limits<std::uint16_t>::max();
    return static_cast<std::uint16_t>(std::min(count, most));
}

/// The frame pointer of the function that called the one with this frame.
std::uint64_t callers_frame(const void* frame) noexcept {
    return *static_cast<const std::uint64_t*>(frame);
}

/// Why `from` gives way.
std::uint8_t reason_to_leave(const fiber& from) noexcept {
    switch (from.state) {
        case fiber_state::finished: return trace::leave_finished;
        case fiber_state::parked: return static_cast<std::uint8_t>(from.reason);
        default: return trace::leave_yielded;
    }
}

void add_run(trace::fiber_row& row, std::uint64_t took) noexcept {
    if ((row.known & trace::row_ticks) == 0) {
        row.run_ticks = row.longest_run = 0;
        row.known = static_cast<std::uint8_t>(row.known | trace::row_ticks);
    }
    row.run_ticks = row.run_ticks + took;
    row.longest_run = std::max(row.longest_run, took);
}

trace::ended_by outcome_of(const fiber& self) noexcept {
    if (self.task == nullptr) {
        return trace::ended_by::value;
    }
    switch (self.task->outcome) {
        case task_outcome::failed: return trace::ended_by::exception;
        case task_outcome::cancelled: return trace::ended_by::cancellation;
        default: return trace::ended_by::value;
    }
}

}  // namespace

recorder::recorder(const trace_options& chosen, bool virtual_time)
    : memory_(chosen),
      page_(&memory_.live()),
      clock_(memory_.header().ticks),
      table_(memory_.rows(), memory_.loop()),
      objects_(memory_.objects(), memory_.loop()),
      ring_(memory_.events(), memory_.live()),
      strings_(memory_.strings(), memory_.loop()),
      stacks_(memory_.stacks(), memory_.loop()),
      stall_limit_(chosen.stall_limit),
      watch_(memory_) {
    memory_.header().virtual_time = virtual_time ? 1 : 0;
    memory_.header().started = anchor();
    if (memory_.shared()) {
        page_->asked.mask = chosen.events;
    }
}

void recorder::enter(fiber& pseudo) noexcept {
    pseudo.kind = trace::fiber_kind::root;
    table_.add(pseudo, trace::row_state::ready, page_->shown.turned);
}

void recorder::publish(const char* engine, bool knows_registers) noexcept {
    trace::header& shown = memory_.header();
    std::strncpy(shown.engine.data(), engine, shown.engine.size() - 1);
    if (knows_registers) {
        shown.registers = processor::saved_registers;
    }
    in_phase(trace::phase::running);
    memory_.publish();
}

void recorder::watch_stalls(bool in_debug_mode) {
    using std::chrono::milliseconds;
    watch_.begin(stall_limit_.value_or(in_debug_mode ? default_stall_limit : milliseconds(0)));
}

trace::clock_anchor recorder::anchor() const noexcept {
    return {clock_.now(), processor::nanoseconds(CLOCK_MONOTONIC),
            processor::nanoseconds(CLOCK_REALTIME)};
}

void recorder::push(trace::event_type what, std::uint64_t subject, std::uint8_t sub,
                    std::size_t aux, std::uint64_t x, std::uint32_t stack,
                    std::uint64_t object) noexcept {
    ring_.push({.time = clock_.now(),
                .fiber = static_cast<std::uint32_t>(subject),
                .type = what,
                .sub = sub,
                .aux = saturated(aux),
                .x = static_cast<std::uint32_t>(x),
                .stack = stack,
                .object = object});
}

[[gnu::noinline]] void recorder::push_timed(trace::event what) noexcept {
    what.time = what.time != 0 ? what.time : clock_.now();
    ring_.push(what);
}

[[gnu::noinline]] void recorder::note_result_lost(const fiber& self,
                                                  const std::exception_ptr& error) noexcept {
    if (!wants(trace::sched_events)) {
        return;
    }
    std::uint32_t text = 0;
    try {
        text = strings_.number_of(describe(error));
    } catch (const std::bad_alloc&) {  // that it was lost matters more than what it was
    }
    push(trace::event_type::result_lost, self.id, 0, 0, text, 0, 0);
}

[[gnu::noinline]] void recorder::note_born(fiber& made) noexcept {
    if (wants(trace::sched_events)) {
        push(trace::event_type::spawned, made.id, static_cast<std::uint8_t>(made.kind),
             made.spawned_at.line(), strings_.number_of(made.spawned_at.file_name()), 0,
             made.parent);
        if (made.name[0] != '\0') {
            push(trace::event_type::named, made.id, 0, 0, strings_.number_of(made.name.data()), 0,
                 0);
        }
    }
    tell(trace_event::spawned, &made);
}

[[gnu::noinline]] void recorder::note_ended(fiber& self) noexcept {
    if (wants(trace::sched_events)) {
        push(trace::event_type::ended, self.id, static_cast<std::uint8_t>(outcome_of(self)), 0, 0,
             0, self.span);
    }
    tell(trace_event::finished, &self);
}

[[gnu::noinline]] void recorder::note_lock_wanted(fiber& self) noexcept {
    const std::uint64_t holder = objects_.contended(self);
    if (wants(trace::sync_events)) {
        push(trace::event_type::lock_contended, self.id, static_cast<std::uint8_t>(self.reason), 0,
             holder, 0, address_of(self.wait_object));
    }
}

[[gnu::noinline]] void recorder::note_lock_wait_ended(fiber& woken) noexcept {
    if (objects_.left(woken) && wants(trace::sync_events)) {
        push(trace::event_type::lock_received, woken.id, static_cast<std::uint8_t>(woken.reason), 0,
             waker(), 0, address_of(woken.wait_object));
    }
}

[[gnu::noinline]] void recorder::note_parked(fiber& self) noexcept {
    if (wants(trace::stack_events)) {
        wait_stack_ = stacks_.number_of(self.memory, __builtin_frame_address(0));
        self.row->wait_stack = wait_stack_;
    }
    tell(trace_event::parked, &self);
}

[[gnu::noinline]] void recorder::note_ready(fiber& woken) noexcept {
    if (wants(trace::sched_events)) {
        const bool aborted = woken.scope != nullptr && woken.scope->cause != nullptr;
        ring_.push({.time = clock_.now(),
                    .fiber = static_cast<std::uint32_t>(woken.id),
                    .type = trace::event_type::woken,
                    .sub = static_cast<std::uint8_t>(woken.reason),
                    .aux = static_cast<std::uint16_t>(aborted ? 1 : 0),
                    .x = static_cast<std::uint32_t>(waker()),
                    .object = address_of(woken.wait_object)});
    }
    tell(trace_event::ready, &woken);
}

/// `from` gives way to fiber `to`, or to the loop: 0.
void recorder::leave(fiber& from, std::uint64_t to, std::size_t behind) noexcept {
    const std::uint64_t now = clock_.now();
    if (last_ticks_ != 0) {
        add_run(*from.row, now - last_ticks_);
    }
    last_ticks_ = now;
    ring_.push({.time = now,
                .fiber = static_cast<std::uint32_t>(from.id),
                .type = trace::event_type::switched,
                .sub = reason_to_leave(from),
                .aux = saturated(behind),
                .x = static_cast<std::uint32_t>(to),
                .stack = wait_stack_,
                .object = from.state == fiber_state::parked ? address_of(from.wait_object) : 0});
    wait_stack_ = 0;
}

[[gnu::noinline]] void recorder::note_running(fiber& from, fiber& to, std::size_t behind) noexcept {
    if (wants(trace::sched_events)) {
        if (page_->shown.running == 0) {
            last_ticks_ = clock_.now();
            push(trace::event_type::switched, 0, trace::leave_idle, behind, to.id, 0, 0);
        } else if (&from != &to) {
            leave(from, to.id, behind);
        }
    }
    tell(trace_event::running, &to);
}

void recorder::left_for_loop(fiber& last) noexcept {
    if (watched() && wants(trace::sched_events) && page_->shown.running != 0) {
        leave(last, 0, 0);
    }
    show(page_->shown.running, std::uint64_t{0});
}

[[gnu::noinline]] void recorder::idle(fiber& last) noexcept {
    left_for_loop(last);
    tell(trace_event::idle, nullptr);
    page_->shown.host = last.id;
    page_->shown.host_frame = callers_frame(__builtin_frame_address(0));
}

void recorder::note_io(trace_event what, trace::event_type type, fiber& self, int descriptor,
                       int error) noexcept {
    if (wants(trace::io_events)) {
        push(type, self.id, static_cast<std::uint8_t>(self.reason), 0,
             static_cast<std::uint64_t>(error), 0, static_cast<std::uint64_t>(descriptor));
    }
    tell(what, &self, descriptor);
}

/// In the memory by itself, not only an event, so that nobody who looks on can miss it.
void recorder::ask_for_snapshot(std::uint32_t text) noexcept {
    show(page_->shown.snapshot_text, text);
    std::atomic_ref(page_->shown.snapshots)
        .store(page_->shown.snapshots + 1, std::memory_order_release);
}

void recorder::look_at_lease() noexcept {
    const auto lease = std::atomic_ref(page_->asked.lease).load(std::memory_order_relaxed);
    if (lease != 0 && processor::nanoseconds(CLOCK_MONOTONIC) > lease) {
        std::atomic_ref(page_->asked.mask).store(0, std::memory_order_relaxed);
        std::atomic_ref(page_->asked.owner).store(0, std::memory_order_release);
    }
}

/// Goes on with what a tool has asked for last. One that asks again meanwhile is answered later.
void recorder::survey_stacks() noexcept {
    const std::uint32_t asked = asked_for_stacks();
    if (asked == page_->shown.answered) {
        return;
    }
    const auto rows =
        memory_.rows().first(std::min<std::size_t>(page_->shown.rows_used, memory_.rows().size()));
    const bool switches_natively =
        memory_.header().registers.instruction != 0 && memory_.header().context_inside == 0;
    if (!switches_natively || survey_.step(rows, stacks_)) {
        survey_.begin();
        page_->shown.answered = asked;
    }
}

/// Records stalls that are over.
void recorder::tell_stalls() noexcept {
    while (const auto ended = watch_.take_ended()) {
        if (mask() != 0) {
            constexpr std::uint64_t nanoseconds = 1000;
            push(trace::event_type::stalled, ended->fiber, static_cast<std::uint8_t>(ended->cause),
                 ended->ready, ended->processor / nanoseconds, stacks_.number_of(ended->where),
                 ended->lasted);
        }
    }
}

[[gnu::noinline]] void recorder::look_at_control() noexcept {
    look_at_lease();
    survey_stacks();
    tell_stalls();
    const std::uint32_t asked = mask();
    if (asked != 0 && was_asked_ == 0) {
        last_ticks_ = 0;
        push(trace::event_type::started, 0, 0, 0, 0, 0, trace::version);
    }
    if (asked != 0) {
        ring_.heed_reader();
        page_->shown.latest = anchor();
    }
    was_asked_ = asked;
}

}  // namespace weft::detail
