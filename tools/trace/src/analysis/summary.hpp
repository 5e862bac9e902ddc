// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "analysis/durations.hpp"
#include "analysis/interval.hpp"
#include "analysis/lock_tracker.hpp"
#include "analysis/long_runs.hpp"
#include "analysis/playback.hpp"
#include "analysis/tallies.hpp"
#include "analysis/tick_scale.hpp"
#include "recording/chunk.hpp"
#include "recording/file_reader.hpp"

namespace weft::trace_tool {

/// What one fiber did in a recording. Durations are ticks.
struct fiber_summary {
    std::uint32_t fiber = 0;
    std::string name{};
    std::string site{};  ///< where it was spawned, as file:line; empty: not known
    std::uint32_t parent = 0;
    std::uint64_t running = 0;
    std::uint64_t ready = 0;
    std::uint64_t unknown = 0;
    std::map<std::uint8_t, std::uint64_t> waiting{};  ///< by reason
    std::uint64_t switches = 0;
    std::uint64_t longest_run = 0;
    std::uint64_t longest_run_at = 0;  ///< when it began
    std::uint64_t longest_ready = 0;
    std::uint64_t longest_ready_at = 0;
    bool spawned = false;  ///< during the recording
    bool ended = false;    ///< during the recording
    std::optional<trace::ended_by> how{};

    [[nodiscard]] std::uint64_t waiting_total() const noexcept;
};

/// A result or a fiber that nobody cared for.
struct lost_result {
    std::uint32_t fiber;
    bool never_ran;
    std::string what;  ///< the exception's
    std::uint64_t time;
};

/// A stall that the program noticed itself.
struct stall_summary {
    std::uint32_t fiber;
    trace::stall_cause cause;
    std::uint16_t ready;         ///< fibers that were ready meanwhile
    std::uint32_t microseconds;  ///< on the processor
    std::uint32_t stack;
    std::uint64_t lasted;  ///< ns
    std::uint64_t time;    ///< when it was noted, which was after it
};

/// A cancellation that reached a fiber. Times are ticks; 0: not in the recording.
struct cancellation {
    std::uint32_t fiber = 0;
    std::uint32_t by = 0;  ///< who cancelled; 0: the loop, as of a deadline
    std::uint64_t scope = 0;
    std::uint64_t asked = 0;
    std::uint64_t seen = 0;   ///< when the fiber threw `cancelled` first
    std::uint64_t times = 0;  ///< how often it threw it: more than once if it goes on
    std::uint64_t ended = 0;  ///< the fiber
};

/// Where a fiber computed when it was sampled.
struct sample_place {
    std::uint32_t fiber;
    std::uint32_t stack;
    auto operator<=>(const sample_place&) const = default;
};

/// What a stack, or a fiber without one, waited for and how long.
struct wait_place {
    std::uint32_t stack;
    std::uint8_t reason;
    auto operator<=>(const wait_place&) const = default;
};

/// How fibers waited for one object: a lock, a channel, a descriptor. Whole waits only; ticks.
struct object_summary {
    std::uint8_t reason = 0;
    std::uint64_t waits = 0;
    std::uint64_t ticks = 0;
    std::uint64_t longest = 0;
    std::uint32_t longest_fiber = 0;
};

struct time_and_count {
    std::uint64_t ticks = 0;
    std::uint64_t count = 0;

    void add(std::uint64_t more) noexcept {
        ticks += more;
        ++count;
    }
};

/// What a recording says as a whole. Its size depends on how many fibers, stacks and reasons there
/// are, not on how many events.
struct summary {
    survey file;
    time_window window;  ///< what it is of
    program_info program;
    tick_scale scale;
    std::uint64_t gaps = 0;
    std::uint64_t excluded_waits = 0;  ///< cut ones
    std::map<std::uint32_t, fiber_summary> fibers;
    std::map<std::uint8_t, durations> waits;  ///< whole ones, by reason
    durations ready;
    durations runs;
    std::map<wait_place, time_and_count> places;
    std::map<std::pair<std::uint32_t, std::uint32_t>, time_and_count> wakes;  ///< waker, woken
    std::unordered_map<std::uint64_t, object_summary> objects;  ///< by address or descriptor
    std::map<std::string, durations> spans;                     ///< that ended, by name
    std::map<std::uint32_t, recorded_stack> stacks;             ///< of `places`
    std::vector<module> modules;
    std::vector<lost_result> lost;
    std::vector<stall_summary> stalls;
    std::vector<cancellation> cancellations;
    tallies counted;
    lock_use locks;
    long_runs longest_runs;
    std::map<sample_place, std::uint64_t> samples;  ///< us on the processor, about
    std::vector<trace::fiber_row> first_rows;
    std::vector<trace::fiber_row> last_rows;
    std::vector<trace::object_row> last_objects;
    std::map<std::uint64_t, std::string> constants;
    std::map<std::uint64_t, std::string> object_names;

    [[nodiscard]] std::string reason_name(std::uint8_t reason) const;
    /// The name of an object for which fibers waited, else its descriptor or address.
    [[nodiscard]] std::string object_label(std::uint64_t object, std::uint8_t reason) const;
    /// Its name, else where it was spawned, else its number; for the loop: loop.
    [[nodiscard]] std::string fiber_name(std::uint32_t fiber) const;
    /// `#4 refresh`
    [[nodiscard]] std::string numbered_name(std::uint32_t fiber) const;
};

/// Where a fiber was spawned, by its row; empty if that is not known.
std::string site_of(const trace::fiber_row& row,
                    const std::map<std::uint64_t, std::string>& constants);

/// Reads a recording to its end, or to where it is damaged.
///
/// \throws recording_error  if nothing can be read.
summary summarize(const std::filesystem::path& file, const time_window& window = {});

}  // namespace weft::trace_tool
