// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/summary.hpp"

namespace weft::trace_tool {

/// Something in a recording that is worth a look.
struct finding {
    enum class kind {
        deadlock,
        held_at_exit,
        stall,
        lost_result,
        leak,
        lock_order,
        cancellation,
        long_hold,
        delay,
        contention,
        futile_wakes,
        lost_events
    };

    kind what;
    std::uint32_t fiber = 0;        ///< 0: none in particular
    std::uint64_t nanoseconds = 0;  ///< how long, or how much together; 0: not a matter of time
    std::string text;               ///< one sentence
};

[[nodiscard]] std::string_view name_of(finding::kind what) noexcept;

/// What is found, the worst first.
std::vector<finding> find_all(const summary& in);

/// Fibers that were spawned in one place and do not end.
struct leak_group {
    std::string site;
    std::uint64_t live_at_begin;
    std::uint64_t live_at_end;
    std::uint64_t spawned;  ///< during the recording
    std::uint64_t ended;    ///< of those
};

/// One for each place of a fiber that lives at the end, the most live fibers first.
std::vector<leak_group> live_groups(const summary& in);

/// Whether there are so many more at the end that they do not look like work in progress.
[[nodiscard]] bool leaks(const leak_group& group) noexcept;

}  // namespace weft::trace_tool
