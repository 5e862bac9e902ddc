// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// The events in a runtime's ring, and the strings and stacks that they name.
///
/// The second half of the contract that <weft/trace_format.hpp> begins; it, too, includes nothing
/// else of weft.
///
/// The ring has a single writer, the runtime's thread, which never waits: it overwrites the oldest
/// event. Whoever reads copies, then looks at loop::head again: of what it copied, the events with
/// a number of at most head - capacity may have been overwritten and are lost. How many is thus
/// known exactly.

#include <cstdint>

namespace weft::trace {

/// What happened. Values are never reused; a reader skips those it does not know. Those of the
/// classes loop, worker and cancel, and those of something lost, are reserved: the runtime does not
/// record them yet. In brackets: the
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

    /// Of worker_events; their fiber is the one that waits for the job.
    job_queued = 50,   ///< [object: job number; x: jobs ahead of it]
    job_started = 51,  ///< [object: job number; x: thread id]
    job_ended = 52,    ///< [object: job number; x: thread id]

    /// Of cancel_events.
    cancel_asked = 60,  ///< It reached the fiber. [x: who cancelled, 0: the loop; object: scope]
    cancel_seen = 61,   ///< The fiber threw `cancelled`. [object: scope]

    /// Of sched_events.
    result_lost = 70,  ///< It failed and nobody asked. [x: what(), a string]
    handle_lost = 71,  ///< Its handle was destroyed before it began: it never runs.
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
    std::uint64_t time;   ///< ticks
    std::uint32_t fiber;  ///< the low half of its id
    event_type type;
    std::uint8_t sub;
    std::uint16_t aux;
    std::uint32_t x;
    std::uint32_t stack;
    std::uint64_t object;
};
static_assert(sizeof(event) == 32);

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
