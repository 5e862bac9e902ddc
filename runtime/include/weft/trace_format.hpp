// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// The memory in which a runtime shows what its fibers do, and the records in it.
///
/// Every runtime, that is every thread that runs fibers, has one: a memfd named `weft-trace`, or a
/// file. It is the whole contract between the runtime, which writes, and tools, which read;
/// tools/trace/FORMAT.md says it in prose. This header includes nothing else of weft.
///
/// In order: header, control, loop, fiber rows, object rows, ring of events, strings, stacks,
/// stalls, the snapshot that a tool asked for. The
/// header says where each begins and how large an entry is, so that a reader of another version
/// finds its way. All in native byte order.
///
/// The runtime writes everything but `control`, which belongs to the tool that owns it.

#include <array>
#include <cstddef>
#include <cstdint>

namespace weft::trace {

inline constexpr std::uint64_t magic = 0x6563617274746665;  // "efttrace" in memory
inline constexpr std::uint32_t version = 1;                 // fields are only added within one
inline constexpr const char* memory_name = "weft-trace";
inline constexpr std::size_t page = 4096;

/// Where they are, in the first page: a runtime that is not looked at touches little memory.
inline constexpr std::size_t control_offset = 2048;
inline constexpr std::size_t loop_offset = 2176;

/// Where one part of the memory is.
struct section {
    std::uint64_t offset;      ///< from the beginning of the memory
    std::uint64_t entry_size;  ///< bytes
    std::uint64_t count;       ///< entries
};

/// The same moment on three clocks.
struct clock_anchor {
    std::uint64_t ticks;      ///< of event times
    std::uint64_t monotonic;  ///< CLOCK_MONOTONIC, ns
    std::uint64_t real;       ///< CLOCK_REALTIME, ns
};

/// Which parts of a suspended fiber's saved registers are where, counted from the address in
/// `fiber_context` bytes of its control block; all 0 if stacks are switched by somebody else.
struct saved_registers {
    std::uint32_t frame_pointer;
    std::uint32_t instruction;
    std::uint32_t stack_after;   ///< the value of the stack pointer after the switch
    std::uint32_t callee_saved;  ///< where r12, r13, r14, r15, rbx stand, in this order
};

/// How the events are timed.
enum class tick_source : std::uint32_t {
    processor = 1,  ///< the processor's time stamp counter; its rate follows from two anchors
    monotonic = 2,  ///< CLOCK_MONOTONIC, ns
};

inline constexpr std::size_t reason_names = 64;
inline constexpr std::size_t reason_name_size = 24;

/// At the beginning of the memory.
struct header {
    std::uint64_t magic;  ///< written last: a memory without it is being made
    std::uint32_t version;
    std::uint32_t size;   ///< of this struct
    std::uint64_t whole;  ///< bytes of the memory
    std::uint32_t process;
    std::uint32_t thread;
    std::uint64_t process_started;  ///< clock ticks after boot: proc(5), stat, field 22
    tick_source ticks;
    std::uint32_t virtual_time;  ///< 1: row times are of a virtual clock
    clock_anchor started;
    section rows;                 ///< fiber_row
    section objects;              ///< object_row
    section events;               ///< event, a power of two of them
    section strings;              ///< bytes
    section stacks;               ///< 64-bit words
    std::uint32_t fiber_context;  ///< offset of the saved registers' address in the control block
    saved_registers registers;
    std::array<char, 32> program;
    std::array<char, 32> engine;
    /// The name of each wait reason, by its number.
    std::array<std::array<char, reason_name_size>, reason_names> reasons;
    section stalls;  ///< stall_row
    section asked;   ///< one stack_snapshot, see control::asked_snapshot
    /// Not 0: at fiber_context stands the address of an object of another library, and so many
    /// bytes into that the address of the saved registers.
    std::uint32_t context_inside;
    std::uint32_t unused_word;
};
static_assert(sizeof(header) <= control_offset);

/// Groups of events, bits of control::mask.
enum event_class : std::uint32_t {
    sched_events = 1,     ///< born, ended, switched, woken
    stack_events = 2,     ///< with the stack of every wait; needs sched_events
    loop_events = 4,      ///< turns of the loop
    io_events = 8,        ///< submitted, completed
    sync_events = 16,     ///< contended locks
    user_events = 32,     ///< spans, marks, counters
    worker_events = 64,   ///< jobs of the worker pool
    cancel_events = 128,  ///< cancellations, asked for and seen
    dns_events = 256,     ///< names that are looked up
    tls_events = 512,     ///< handshakes and records
    timer_events = 1024,  ///< armed, expired, disarmed
    all_events = 2047,
};

/// When the ring is full of events that the owner of the recording has not taken.
enum when_full : std::uint32_t {
    full_overwrites = 0,  ///< the oldest is lost
    full_waits = 1,  ///< the runtime's thread waits for `taken` to rise, while there is a lease
};

/// At control_offset: what a tool asks for. Words are read and written whole.
struct control {
    std::uint64_t
        owner;  ///< pid of the tool that owns the recording, 0: nobody; by compare-exchange
    std::uint64_t lease;  ///< CLOCK_MONOTONIC, ns: then `mask` becomes 0; 0: never
    std::uint32_t mask;   ///< event_class; the only word that a site looks at
    std::uint32_t asked;  ///< raised to ask for the stacks of all parked fibers
    /// Raised, then loop::signal sent to header::thread, to ask where that thread is.
    std::uint32_t asked_snapshot;
    std::uint32_t on_full;  ///< what becomes of events for which the ring has no room
    std::uint64_t taken;    ///< the next event that the owner has not read; for full_waits
};

/// What the thread is doing.
enum class phase : std::uint32_t {
    starting = 0,
    running = 1,  ///< fibers
    turning = 2,  ///< timers, descriptors, posted functions
    waiting = 3,  ///< for the kernel: nothing is ready
    ended = 4,
};

/// At loop_offset: written by the loop.
struct loop {
    std::uint64_t running;   ///< id of the fiber on the processor; 0: the loop itself
    std::uint64_t switches;  ///< to a fiber
    std::uint64_t turned;    ///< time of the last turn, ns; also what row times are made of
    std::uint64_t turns;
    phase doing;
    std::uint32_t answered;      ///< the last value of control::asked that was seen to
    std::uint64_t head;          ///< events ever written; the next goes to head modulo their count
    std::uint64_t strings_used;  ///< bytes
    std::uint64_t stacks_used;   ///< words
    std::uint64_t live;          ///< fibers, those without row too
    std::uint64_t without_row;   ///< fibers that found the table full, ever
    std::uint64_t objects_used;  ///< rows, counted from the first
    std::uint64_t strings_lost;  ///< for which there was no room
    std::uint64_t stacks_lost;
    std::uint64_t rows_used;  ///< rows that were ever in use, counted from the first
    clock_anchor latest;      ///< of the last turn during a recording
    /// While `running` is 0 the loop stands on the stack of a parked fiber, whose saved registers
    /// are then not true: its id, and the frame pointer of a function of the loop on that stack.
    std::uint64_t host;
    std::uint64_t host_frame;
    /// What could end the wait for the kernel: timers, descriptors, jobs of workers, handles that
    /// other threads hold. While `doing` is waiting; 0: nothing will ever happen by itself.
    std::uint64_t armed;
    std::uint32_t signal;             ///< that the thread answers with a snapshot; 0: none
    std::uint32_t answered_snapshot;  ///< the last value of control::asked_snapshot seen to
    std::uint64_t stall_limit;        ///< ns; 0: nobody looks for stalls
    std::uint64_t stalls;             ///< ever
    std::uint64_t stalls_suppressed;  ///< of these, without a row of their own: too many
    std::uint64_t snapshots;          ///< ever asked for by the program: weft::trace::snapshot()
    std::uint32_t snapshot_text;      ///< a string: why the last of them
    std::uint32_t unused_word;
    std::uint64_t full;  ///< how often the thread waited for room in the ring, ever
};
static_assert(loop_offset + sizeof(loop) <= page);

/// What a fiber does. That it runs is said by loop::running: its row says ready.
enum class row_state : std::uint8_t {
    unused = 0,
    created = 1,
    ready = 2,
    parked = 3,
    finished = 4,  ///< its handle still exists
};

/// Members of a row that are only written when there is something to say.
enum row_part : std::uint8_t { row_name = 1, row_ticks = 2 };

/// What a fiber is.
enum class fiber_kind : std::uint8_t { ordinary = 0, main = 1, root = 2, adopted = 3 };

/// A live fiber. The first word, `version` to `known`, is written last and whole: read it before
/// and after the rest. `version` is raised with each wait; it stays when the fiber becomes ready or
/// ends, and is odd while a member changes that belongs to the present state.
struct fiber_row {
    std::uint32_t version;
    row_state state;
    std::uint8_t reason;  ///< of the wait; see header::reasons
    fiber_kind kind;
    std::uint8_t known;  ///< bits of row_part: which other members mean something
    std::uint64_t id;
    std::uint64_t object;      ///< what it waits for: an address, or a descriptor for I/O
    std::uint64_t since;       ///< when it got into this state, ns, to the turn
    std::uint64_t woken_by;    ///< id of the fiber that made it ready; 0: the loop
    std::uint64_t waits;       ///< how often it has waited
    std::uint64_t blocked_on;  ///< id of the fiber whose end it waits for, 0 if there is no such
    std::uint64_t span;        ///< number of its innermost span, 0: none

    std::uint64_t parent;
    std::uint64_t control_block;   ///< address
    std::uint64_t stack_low;       ///< address
    std::uint64_t stack_size;      ///< bytes
    std::uint64_t spawn_file;      ///< address of a constant string of the program
    std::uint64_t spawn_function;  ///< address of a constant string of the program
    std::uint32_t spawn_line;
    std::uint32_t wait_stack;  ///< of the wait, as far as known: see loop::answered; 0: none
    std::uint64_t born;        ///< ns

    std::array<char, 32> name;  ///< ends with a null; of row_name
    std::uint64_t run_ticks;    ///< while recorded; of row_ticks
    std::uint64_t longest_run;  ///< ticks, while recorded; of row_ticks
    std::uint64_t next_unused;  ///< the writer's own
    std::uint64_t unused_word;
};
static_assert(sizeof(fiber_row) == 192);

enum class object_kind : std::uint8_t { unknown = 0, lock = 1, named = 2 };

/// A lock for which somebody has waited, or an object with a name.
struct object_row {
    std::uint32_t version;  ///< odd while the row changes: read it before and after
    object_kind kind;
    std::uint8_t reason;  ///< how fibers wait for it
    std::uint16_t unused;
    std::uint64_t address;
    std::uint64_t owner;  ///< id of the fiber that holds it; only true while there are waiters
    std::uint64_t waiters;
    std::uint64_t contended;  ///< how often somebody had to wait
    std::uint64_t since;      ///< when its owner got it, or the first had to wait for it, ns
    std::uint32_t name;       ///< string; 0: none
    std::uint32_t unused_word;
    std::uint64_t unused_words[1];
};
static_assert(sizeof(object_row) == 64);

}  // namespace weft::trace
