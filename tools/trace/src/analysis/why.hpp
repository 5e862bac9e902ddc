// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analysis/life.hpp"

namespace weft::trace_tool {

/// Where the time of a stretch went. Ticks.
struct split {
    std::uint64_t running = 0;
    std::uint64_t ready = 0;
    std::uint64_t unknown = 0;
    std::map<std::string, std::uint64_t> waiting;  ///< io, lock, sleep, worker, other
    std::map<std::uint8_t, std::uint64_t> by_reason;

    /// Who ran while the fiber was ready; 0: the loop. Together exactly `ready`.
    std::map<std::uint32_t, std::uint64_t> behind;
    /// Who held the locks for which it waited, where that was recorded.
    std::map<std::uint32_t, std::uint64_t> held_by;
};

/// What kind of wait a reason is, by its name: io, lock, sleep, worker or other.
[[nodiscard]] std::string kind_of_wait(const std::string& reason);

/// The parts add up to the stretch, as far as the fiber was seen in it.
split split_of(const stretch& asked, const summary& in, const lives& all);

/// A step of what a stretch had to wait for, one after the other.
struct path_step {
    interval what;      ///< the part of it that counts
    std::size_t depth;  ///< how many wakes it is away from the stretch's own fiber
};

/// What a stretch consists of, the earliest first, where each wait that another fiber ended is
/// replaced by what that fiber did meanwhile, and so on: whoever shortens a step shortens the
/// stretch.
std::vector<path_step> critical_path(const stretch& asked, const lives& all);

}  // namespace weft::trace_tool
