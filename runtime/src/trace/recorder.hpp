// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_events.hpp>
#include <weft/trace_format.hpp>
#include <weft/trace_options.hpp>

#include "fiber.hpp"
#include "trace/blocker.hpp"
#include "trace/event_ring.hpp"
#include "trace/fiber_table.hpp"
#include "trace/loop_watch.hpp"
#include "trace/memory.hpp"
#include "trace/object_table.hpp"
#include "trace/row_change.hpp"
#include "trace/row_head.hpp"
#include "trace/stack_survey.hpp"
#include "trace/stack_table.hpp"
#include "trace/string_table.hpp"
#include "trace/trace_sink.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string_view>

namespace weft::detail {

/// What the runtime tells about itself, at eight sites: to the shared memory that
/// <weft/trace_format.hpp> describes, and to the debug mode.
///
/// Invariants:
/// 1. The row of a live fiber says what the fiber does, whether or not anything is recorded.
/// 2. Events are recorded only while control::mask asks for their class; a site looks at nothing
///    else. `observed_` is set exactly while there is a sink.
/// 3. A wait is two events, switched and woken. Between them, the fiber's row is the truth.
/// 4. A recording whose lease has run out ends with the next turn of the loop.
///
/// Threads:  the runtime's.
class recorder {
public:
    /// \throws as trace_memory.
    recorder(const trace_options& chosen, bool virtual_time);

    /// \param sink  null to stop.
    void connect(trace_sink* sink) noexcept {
        sink_ = sink;
        observed_ = sink != nullptr ? 1 : 0;
    }

    /// Lets others see the runtime; `engine` is the name of what switches its fibers.
    void publish(const char* engine, bool knows_registers) noexcept;

    /// Begins to watch how long fibers keep the calling thread, as the options say.
    void watch_stalls(bool in_debug_mode);

    /// In the handler of loop_signal.
    void interrupted(const ucontext_t& context, std::size_t ready) noexcept {
        watch_.interrupted(context, ready);
    }

    // The sites.

    [[gnu::always_inline]] void born(fiber& made) noexcept {
        table_.add(made, trace::row_state::created, page_->shown.turned);
        if (watched()) [[unlikely]] {
            note_born(made);
        }
    }
    void ended(fiber& self) noexcept {
        self.row->since = page_->shown.turned;
        row_head::show_state(*self.row, trace::row_state::finished);
        if (watched()) [[unlikely]] {
            note_ended(self);
        }
    }

    /// Gives the pseudo fiber of a thread or a loop a row.
    void enter(fiber& pseudo) noexcept;

    /// Its control block is about to go.
    void gone(fiber& dead) noexcept { table_.remove(dead); }

    [[gnu::always_inline]] void parked(fiber& self) noexcept {
        const wait_reason reason = self.reason;  // a constant to most callers
        trace::fiber_row& row = *self.row;
        row.object = address_of(self.wait_object);
        row.since = page_->shown.turned;
        row.waits = row.waits + 1;
        if (reason == wait_reason::join) {
            row.blocked_on = joined_by(self)->id;
        }
        row_head::show_wait(row, static_cast<std::uint8_t>(reason));
        if (is_lock(reason)) {
            note_lock_wanted(self);
        }
        if (watched()) [[unlikely]] {
            note_parked(self);
        }
    }

    [[gnu::always_inline]] void ready(fiber& woken) noexcept {
        trace::fiber_row& row = *woken.row;
        row.since = page_->shown.turned;
        row.woken_by = waker();
        row_head::show_state(row, trace::row_state::ready);
        if (is_lock(woken.reason)) [[unlikely]] {
            note_lock_wait_ended(woken);
        }
        if (watched()) [[unlikely]] {
            note_ready(woken);
        }
    }

    /// The processor goes from one fiber to another, or to the same if nothing else was ready.
    /// \param behind  fibers that are ready besides.
    [[gnu::always_inline]] void running(fiber& from, fiber& to, std::size_t behind) noexcept {
        if (watched()) [[unlikely]] {
            note_running(from, to, behind);
        }
        show(page_->shown.running, to.id);
        show(page_->shown.switches, page_->shown.switches + 1);
    }

    /// The loop gets the processor after `last`, to look what has happened meanwhile.
    void left_for_loop(fiber& last) noexcept;

    /// Nothing is ready: `last`, which ran last, lets the loop wait for the kernel.
    void idle(fiber& last) noexcept;

    void io_submitted(fiber& self, int descriptor) noexcept {
        if (watched()) [[unlikely]] {
            note_io(trace_event::io_submitted, trace::event_type::io_submitted, self, descriptor);
        }
    }
    void io_completed(fiber& self, int descriptor, int error) noexcept {
        if (watched()) [[unlikely]] {
            note_io(trace_event::io_completed, trace::event_type::io_completed, self, descriptor,
                    error);
        }
    }

    /// Any other event of a class: now, unless it has a time.
    void note(trace::event_class of, const trace::event& what) noexcept {
        if (wants(of)) [[unlikely]] {
            push_timed(what);
        }
    }

    /// `self` failed, and nobody asks for its result.
    void note_result_lost(const fiber& self, const std::exception_ptr& error) noexcept;

    /// The loop turns.
    /// \param now  the runtime's clock, ns.
    [[gnu::always_inline]] void turned(std::uint64_t now) noexcept {
        page_->shown.turned = now;
        show(page_->shown.turns, page_->shown.turns + 1);
        if ((mask() | was_asked_ | (asked_for_stacks() ^ page_->shown.answered)) != 0 ||
            watch_.has_ended()) [[unlikely]] {
            look_at_control();
        }
    }
    void in_phase(trace::phase now) noexcept { show(page_->shown.doing, now); }

    /// \param sources  how many there are that could end a wait for the kernel.
    void armed(std::size_t sources) noexcept { page_->shown.armed = sources; }

    /// The program wants what was recorded to be kept.
    void ask_for_snapshot(std::uint32_t text) noexcept;

    [[nodiscard]] bool wants(trace::event_class which) const noexcept {
        return (mask() & which) != 0;
    }
    void name_object(const void* object, std::string_view name) noexcept {
        objects_.set_name(object, strings_.number_of(name));
    }
    void forget_object(const void* object) noexcept { objects_.set_name(object, 0); }
    string_table& strings() noexcept { return strings_; }
    trace_memory& memory() noexcept { return memory_; }
    [[nodiscard]] const tick_clock& clock() const noexcept { return clock_; }

    /// Who does something now: the id of the running fiber, or 0: the loop, which stands on the
    /// stack of a fiber that waits.
    [[nodiscard]] static std::uint64_t waker() noexcept {
        return current_fiber->state == fiber_state::running ? current_fiber->id : 0;
    }

private:
    /// Writes a word that other threads read, too.
    template <class T>
    static void show(T& word, T value) noexcept {
        std::atomic_ref(word).store(value, std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint32_t mask() const noexcept {
        return std::atomic_ref(page_->asked.mask).load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint32_t asked_for_stacks() const noexcept {
        return std::atomic_ref(page_->asked.asked).load(std::memory_order_relaxed);
    }
    [[nodiscard]] bool watched() const noexcept { return (mask() | observed_) != 0; }

    void push_timed(trace::event what) noexcept;
    void push(trace::event_type what, std::uint64_t subject, std::uint8_t sub, std::size_t aux,
              std::uint64_t x, std::uint32_t stack, std::uint64_t object) noexcept;
    void note_lock_wanted(fiber& self) noexcept;
    void note_lock_wait_ended(fiber& woken) noexcept;
    void note_born(fiber& made) noexcept;
    void note_ended(fiber& self) noexcept;
    void note_parked(fiber& self) noexcept;
    void note_ready(fiber& woken) noexcept;
    void note_running(fiber& from, fiber& to, std::size_t behind) noexcept;
    void note_io(trace_event what, trace::event_type type, fiber& self, int descriptor,
                 int error = 0) noexcept;
    void leave(fiber& from, std::uint64_t to, std::size_t behind) noexcept;
    void look_at_control() noexcept;
    void look_at_lease() noexcept;
    void survey_stacks() noexcept;
    void tell_stalls() noexcept;
    [[nodiscard]] trace::clock_anchor anchor() const noexcept;
    void tell(trace_event what, const fiber* subject, std::int64_t detail = 0) noexcept {
        if (sink_ != nullptr) {
            sink_->record(what, subject, detail);
        }
    }

    trace_memory memory_;
    trace_memory::live_page* page_;
    std::uint32_t observed_ = 0;
    std::uint32_t was_asked_ = 0;  // the mask at the last turn
    trace_sink* sink_ = nullptr;
    const tick_clock clock_;
    std::uint32_t wait_stack_ = 0;  // of the fiber that has parked and not yet been left
    std::uint64_t last_ticks_ = 0;  // of the last switch that was recorded
    fiber_table table_;
    object_table objects_;
    event_ring ring_;
    string_table strings_;
    stack_table stacks_;
    stack_survey survey_;
    const std::optional<std::chrono::milliseconds> stall_limit_;
    loop_watch watch_;
};

}  // namespace weft::detail
