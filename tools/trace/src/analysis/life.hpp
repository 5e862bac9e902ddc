// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "analysis/summary.hpp"
#include "analysis/work.hpp"

namespace weft::trace_tool {

/// A stretch of time on one fiber: a span, or all that was seen of it. Times are ticks.
struct stretch {
    std::uint32_t fiber = 0;
    std::string name;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

/// What a fiber let a worker do. Ticks; 0: not seen.
struct pool_job {
    std::uint64_t queued = 0;
    std::uint64_t started = 0;
    std::uint64_t ended = 0;
};

/// Everything that happened in one part of a recording, in order, for questions about single
/// fibers. Its size depends on the number of events.
struct lives {
    std::unordered_map<std::uint32_t, std::vector<interval>> of;  ///< by fiber, in order
    std::vector<interval> runs;                                   ///< of all fibers, in order
    std::vector<stretch> spans;
    std::unordered_map<std::uint32_t, std::vector<pool_job>> jobs;  ///< by fiber, in order
    std::unordered_map<std::uint32_t, nested_works> works;          ///< by fiber
    std::unordered_map<std::uint32_t, std::vector<std::uint64_t>>
        vain;  ///< when a fiber was about to wait again, having been woken in vain
    std::map<std::uint64_t, std::map<std::uint64_t, std::uint32_t>>
        lock_owners;  ///< lock: time: who
};

/// \throws recording_error
lives read_lives(const std::filesystem::path& file);

/// What `asked` means: the number of a fiber, with or without #, the name of a span (the longest
/// of that name), or the name of a fiber.
///
/// \throws bad_usage  if there is no such thing.
stretch find_stretch(const std::string& asked, const summary& in, const lives& all);

}  // namespace weft::trace_tool
