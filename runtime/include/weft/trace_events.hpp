// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// The events in a runtime's ring, and the strings and stacks that they name.
///
/// The second half of the contract that <weft/trace_format.hpp> begins.
///
/// The ring has a single writer, the runtime's thread, which does not wait: it overwrites the
/// oldest event. (Only if who records asks for it, it waits: see when_full.) Whoever reads copies,
/// then looks at loop::head again: of what it copied, the events with a number of at most head -
/// capacity may have been overwritten and are lost. How many is thus known exactly.

#include <weft/trace_format.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace weft::trace {

/// The classes by the names that WEFT_TRACE and weft-trace know them by. Stacks are those of waits,
/// which are events of the scheduler.
inline constexpr std::array<std::pair<std::string_view, std::uint32_t>, 12> event_class_names{{
    {"sched", sched_events},
    {"stacks", sched_events | stack_events},
    {"loop", loop_events},
    {"io", io_events},
    {"sync", sync_events},
    {"user", user_events},
    {"workers", worker_events},
    {"cancel", cancel_events},
    {"dns", dns_events},
    {"tls", tls_events},
    {"timers", timer_events},
    {"all", all_events},
}};

/// What happened. Values are never reused; a reader skips those it does not know. In brackets: the
/// members of `event` that mean something, besides `time` and `fiber`.
enum class event_type : std::uint8_t {
    none = 0,
    /// Begin of a recording. [object: version of the format]
    started = 1,
    /// Of sched_events.
    /// A fiber is born. [sub: fiber_kind; aux: line, x: file (string) of the spawn; stack: of the
    /// spawn; object: its parent]
    spawned = 2,
    /// [x: string]
    named = 3,
    /// Its function has ended. [sub: ended_by; object: its span]
    ended = 4,
    /// `fiber`, 0: the loop, gave way to fiber x, 0: the loop. [sub: why, a wait reason; see
    /// `leave`; aux: ready fibers behind x; stack, object: of the wait]
    switched = 5,
    /// The fiber became ready. [sub: the wait reason that it had; aux: 1 if a cancellation ended
    /// the wait; x: who did it, 0: the loop; object: of the wait]
    woken = 6,
    /// A wait of the fiber led to nothing: what it was woken for is not so, and it waits again.
    /// Written before that. [sub: wait reason; object: of the wait, and of its last `woken`]
    woken_in_vain = 7,

    /// Of loop_events.
    poll_began = 10,  ///< [x: microseconds at most, ~0: for ever; aux: ready fibers]
    poll_ended = 11,  ///< [x: how many operations it finished]

    /// Of io_events.
    io_submitted = 20,  ///< [sub: wait reason; object: descriptor]
    io_completed = 21,  ///< [x: errno, 0: none; object: descriptor]

    /// Of sync_events.
    lock_contended = 30,  ///< [x: who holds it; object: the lock]
    lock_received = 31,   ///< A waiter got it. [x: who gave it; object: the lock]

    /// Of user_events.
    span_began = 40,  ///< [x: string; stack: parent's number, low half; object: its number]
    span_ended = 41,  ///< [object: its number]
    mark = 42,        ///< [x: string; object: its span]
    counter = 43,     ///< [x: string; object: value, a signed integer]
    snapshot = 44,    ///< The program asks that this be kept. [x: string; object: its span]

    /// Of worker_events; their fiber is the one that waits for the job. When it began and ended the
    /// worker has noted: these two are written when the loop hears of it, with a `time` before that
    /// of the events around them.
    job_queued = 50,   ///< [object: job number; x: jobs ahead of it]
    job_started = 51,  ///< [object: job number; x: thread id]
    job_ended = 52,    ///< [object: job number; x: thread id]

    /// Of cancel_events.
    cancel_asked = 60,  ///< It reached the fiber. [x: who cancelled, 0: the loop; object: scope]
    cancel_seen = 61,   ///< The fiber threw `cancelled`. [object: scope]

    /// Of sched_events.
    result_lost = 70,    ///< It failed and nobody asked. [x: what(), a string]
    handle_lost = 71,    ///< Its handle was destroyed before it began: it never runs.
    never_started = 72,  ///< It was cancelled before it began. [object: scope]

    /// Of every class: a fiber has kept the loop for too long, until now. [sub: stall_cause; aux:
    /// ready fibers that waited meanwhile; x: microseconds on the processor; stack: where it was;
    /// object: how long, ns]
    stalled = 80,

    /// Of dns_events and tls_events: the fiber began something for which it may wait in many ways,
    /// and ended it; both nest. [sub: work_kind; x: what it is about, a string; object: its number]
    work_began = 90,
    /// [sub: work_kind; aux: bits of work_mark; x: why it failed, an error code, 0: it did not;
    /// stack: how much came of it, such as addresses; object: its number]
    work_ended = 91,
    /// Some of it went on its way. [sub: work_kind; aux: 1 if it was sent, 0 if it came; x: bytes]
    work_moved = 92,

    /// Of timer_events; a timer is an address, of which many may be used one after the other.
    timer_armed = 100,     ///< [x: microseconds until it is due; object: the timer]
    timer_expired = 101,   ///< By the loop. [x: how late, microseconds; object: the timer]
    timer_disarmed = 102,  ///< [object: the timer]
};

/// event::sub of work_began, work_ended, work_moved.
enum class work_kind : std::uint8_t {
    dns = 1,  ///< the look-up of a name
    tls = 2,  ///< a handshake; what moves are bytes of records
};

/// Bits of event::aux of work_ended.
enum work_mark : std::uint16_t {
    work_was_remembered = 1,  ///< from a cache, or resumed: without asking anybody anew
};

/// event::sub of `switched` that are no wait reasons.
enum leave : std::uint8_t {
    leave_yielded = 0,  ///< it stays ready
    leave_finished = 255,
    leave_idle = 254,  ///< the loop had nothing to run until now
};

/// event::sub of `ended`.
enum class ended_by : std::uint8_t { value = 0, exception = 1, cancellation = 2 };

struct event {
    std::uint64_t time = 0;   ///< ticks
    std::uint32_t fiber = 0;  ///< the low half of its id
    event_type type = event_type::none;
    std::uint8_t sub = 0;
    std::uint16_t aux = 0;
    std::uint32_t x = 0;
    std::uint32_t stack = 0;
    std::uint64_t object = 0;
};
static_assert(sizeof(event) == 32);

/// Why a fiber kept the loop.
enum class stall_cause : std::uint8_t {
    unknown = 0,
    processor = 1,      ///< it computed
    blocking_call = 2,  ///< the thread waited in the kernel
    page_fault = 3,     ///< the thread waited for memory to be read from a disk
    descheduled = 4,    ///< the thread was ready, but others had the processor
};

/// Bytes of a stack that are kept, from the stack pointer on.
inline constexpr std::size_t snapshot_bytes = 16'384;

/// Where a thread was when a signal interrupted it. `version` as in object_row.
struct stack_snapshot {
    std::uint32_t version;
    std::uint32_t size;   ///< bytes of `stack`; 0: there is none
    std::uint64_t fiber;  ///< id of the one that ran
    std::uint64_t time;   ///< CLOCK_MONOTONIC, ns
    /// In the order of their DWARF numbers: rax, rdx, rcx, rbx, rsi, rdi, rbp, rsp, r8 to r15, rip.
    std::array<std::uint64_t, 17> registers;
    std::array<std::byte, snapshot_bytes> stack;
};
static_assert(sizeof(stack_snapshot) % 8 == 0);

/// A stall, also one that still lasts. `version` as in object_row; `where` has its own.
struct stall_row {
    std::uint32_t version;
    stall_cause cause;
    std::uint8_t ended;
    std::uint16_t unused;
    std::uint64_t number;  ///< counted from 1; 0: unused row
    std::uint64_t fiber;
    std::uint64_t began;      ///< CLOCK_MONOTONIC, ns; up to a quarter of the limit too late
    std::uint64_t lasted;     ///< ns, as far as known
    std::uint64_t processor;  ///< of this, on the processor
    std::uint64_t waited;     ///< of this, ready to run but without a processor
    std::uint32_t minor_faults;
    std::uint32_t major_faults;
    std::int32_t system_call;   ///< its number; -1: in none
    std::uint32_t ready;        ///< fibers that were ready meanwhile
    std::uint64_t repeated;     ///< later ones at the same place, which have no row
    std::uint64_t longest;      ///< ns, of all of them
    std::array<char, 32> name;  ///< of the fiber; ends with a null
    stack_snapshot where;
};
static_assert(offsetof(stall_row, where) % 8 == 0);

/// A string is an entry in the section `strings`; its number is the entry's offset / 8 + 1. They
/// are never changed or removed.
struct string_entry {
    std::uint32_t
        length;  ///< bytes that follow, not ended by a null; entries begin at multiples of 8
};

/// A stack is an entry of words in the section `stacks`: first this, then the return addresses,
/// innermost first. Its number is the offset in words + 1. Never changed or removed.
struct stack_entry {
    std::uint32_t hash;
    std::uint16_t depth;      ///< words that follow
    std::uint16_t truncated;  ///< 1: the chain went on, or was broken
};
static_assert(sizeof(stack_entry) == 8);

/// Frames of a stack at most.
inline constexpr std::uint32_t deepest_stack = 64;

}  // namespace weft::trace
