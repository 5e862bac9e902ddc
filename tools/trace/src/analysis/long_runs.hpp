// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <map>

#include "analysis/interval.hpp"

namespace weft::trace_tool {

/// The longest time that a fiber ran without a pause, and what it cost the others. Ticks.
struct long_run {
    std::uint32_t fiber = 0;
    std::uint64_t end = 0;
    std::uint64_t delayed = 0;  ///< fibers that were ready meanwhile
    std::uint64_t delay = 0;    ///< of all of them together, within the run
};

/// By their begin: the longest ones, each of another fiber.
using long_runs = std::map<std::uint64_t, long_run>;

/// Finds the longest runs, and who had to wait for them.
class long_run_tracker {
public:
    explicit long_run_tracker(long_runs& made) : made_(made) {}

    /// \param run  longer than those of the same fiber before.
    void add_longest(const interval& run);

    /// What overlaps with it was added before.
    void add_ready(const interval& ready);

private:
    void forget_shortest();

    long_runs& made_;
    std::uint64_t shortest_ = 0;  // of a full list
};

}  // namespace weft::trace_tool
