// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace weft {

/// How a runtime shows its fibers to tools; see tools/trace/README.md.
///
/// The environment variable WEFT_TRACE has the last word. It holds words separated by commas:
/// `off`, `file:PATH`, `stall` or `stall:MILLISECONDS`, and `events:NAME+NAME` with the names
/// sched, stacks, loop, io, sync, user, workers, cancel, dns, tls, timers and all.
struct trace_options {
    /// Whether there is a table of live fibers that other processes of the same user can read.
    bool enabled = true;
    /// What is recorded from the start; bits of trace::event_class. A tool can change it.
    std::uint32_t events = 0;
    /// Where the memory is: empty, and it has no name; else a file, which outlives a crash. If
    /// several runtimes of a process live at once, the second has `.2` appended, and so on.
    std::string file = {};
    /// Fibers in the table at most, 1 to 16,777,216; those beyond are only counted.
    std::size_t rows = 65'536;
    /// Size of the ring of events in bytes, a power of two from 4 KiB to 4 GiB. Memory is used as
    /// events are recorded.
    std::size_t ring_size = 16 * 1024 * 1024;
    /// How long a fiber may keep the loop before a thread notes where it is, 1 ms to 1 h; 0: nobody
    /// looks. Empty: 25 ms in debug mode, else 0.
    std::optional<std::chrono::milliseconds> stall_limit = {};
};

}  // namespace weft
