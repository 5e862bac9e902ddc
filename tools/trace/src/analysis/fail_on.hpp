// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "analysis/findings.hpp"

namespace weft::trace_tool {

/// A finding that a program is to fail on.
struct fail_condition {
    finding::kind what;
    std::uint64_t longer_than = 0;  ///< ns

    [[nodiscard]] bool holds_for(const finding& found) const noexcept {
        return found.what == what && (longer_than == 0 || found.nanoseconds > longer_than);
    }
};

/// `100ms`: ns. Units are ns, us, ms and s.
/// \throws bad_usage  if it is none, or 0.
[[nodiscard]] std::uint64_t parse_duration(std::string_view text);

/// What can be asked for, in words.
inline constexpr std::string_view known_conditions =
    "stall>TIME, delay>TIME, contention>TIME, cancellation>TIME, long_hold>TIME, deadlock, leak, "
    "lost, lock_order, held_at_exit, futile_wakes, lost_events";

/// \param text  such as stall>100ms,deadlock,leak,lost; empty: nothing.
/// \throws bad_usage  naming what is wrong.
std::vector<fail_condition> parse_fail_on(std::string_view text);

}  // namespace weft::trace_tool
