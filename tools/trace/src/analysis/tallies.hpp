// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_events.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>

#include "analysis/durations.hpp"
#include "analysis/work.hpp"
#include "recording/chunk.hpp"

namespace weft::trace_tool {

/// Work of one kind about one thing, such as look-ups of a name. Ticks; those seen whole.
struct work_summary {
    durations took;
    std::uint64_t failed = 0;
    std::uint64_t remembered = 0;
};

struct timer_summary {
    std::uint64_t armed = 0;
    std::uint64_t disarmed = 0;
    durations late;  ///< those that expired; ns
};

/// What moved as part of work of one kind.
struct moved_summary {
    std::uint64_t sent = 0;  ///< bytes
    std::uint64_t received = 0;
    std::uint64_t pieces = 0;
};

/// Wakes of one fiber that led to nothing: it waited again for the same object.
struct vain_wakes {
    std::uint8_t reason = 0;
    std::uint64_t count = 0;
    std::map<std::uint32_t, std::uint64_t> by{};  ///< who woke it; 0: the loop
};

/// Counts of what is no part of the lives of fibers.
struct tallies {
    std::map<std::pair<std::uint8_t, std::string>, work_summary> works;  ///< by kind and about
    std::map<std::uint8_t, moved_summary> moved;                         ///< by kind
    timer_summary timers;
    std::map<std::pair<std::uint32_t, std::uint64_t>, vain_wakes> vain;  ///< by fiber and object
};

/// Who woke a fiber, for an event that says that it was in vain.
class latest_wakes {
public:
    void add(const trace::event& woken);

    /// Who woke the fiber for this object; 0: the loop, or not known.
    [[nodiscard]] std::uint32_t waker(std::uint32_t fiber, std::uint64_t object) const;

private:
    struct wake {
        std::uint64_t object = 0;
        std::uint32_t by = 0;
    };
    // Between the wake in question and the event the fiber may have waited once: for the mutex.
    std::unordered_map<std::uint32_t, std::array<wake, 2>> of_;
};

class tally_taker {
public:
    explicit tally_taker(tallies& made)
        : made_(made), works_([this](const work& ended) { add_work(ended); }) {}

    void add(const trace::event& next, const chunk& in);
    void add_gap() { works_.add_gap(); }

private:
    void add_work(const work& ended);
    void add_vain(const trace::event& next);

    tallies& made_;
    work_tracker works_;
    latest_wakes wakes_;
};

}  // namespace weft::trace_tool
