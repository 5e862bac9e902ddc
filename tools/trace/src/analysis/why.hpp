// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/frame_names.hpp"
#include "analysis/life.hpp"

namespace weft::trace_tool {

/// Where the time of a stretch went. Ticks.
struct split {
    std::uint64_t running = 0;
    std::uint64_t ready = 0;
    std::uint64_t unknown = 0;
    std::map<std::string, std::uint64_t> waiting;  ///< by kind; see wait_kinds

    /// The same by kind, reason, and stack: 0 if that was not recorded.
    struct place {
        std::string kind;
        std::uint8_t reason;
        std::uint32_t stack;
        std::string about;  ///< such as the name that was looked up
        auto operator<=>(const place&) const = default;
    };
    std::map<place, std::uint64_t> places;

    /// Who ended its waits, and how often; 0: the loop.
    std::map<std::uint32_t, std::uint64_t> woken_by;
    std::uint64_t woken_in_vain = 0;

    /// Who ran while the fiber was ready; 0: the loop. Together exactly `ready`.
    std::map<std::uint32_t, std::uint64_t> behind;
    /// Who held the locks for which it waited, where that was recorded.
    std::map<std::uint32_t, std::uint64_t> held_by;
    /// What they did meanwhile: run, ready, or what they waited for themselves.
    std::map<std::uint32_t, std::map<std::string, std::uint64_t>> owners_did;
};

/// What a wait can be for. A job of the worker pool is split in two if its events were recorded;
/// dns and tls are told by their events, else by the stack of the wait, else they are io or other.
inline constexpr std::array<std::string_view, 9> wait_kinds{
    "io", "lock", "dns", "tls", "pool-queue", "pool-run", "pool", "sleep", "other"};

/// What kind of wait a reason is, by its name alone.
[[nodiscard]] std::string kind_of_wait(const std::string& reason);

/// The parts add up to the stretch, as far as the fiber was seen in it.
split split_of(const stretch& asked, const summary& in, const lives& all, frame_names& names);

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
