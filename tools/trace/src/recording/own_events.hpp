// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_events.hpp>

#include <cstdint>

namespace weft::trace_tool {

/// Events that a recorder adds to those of the runtime. Their numbers are from 200 on.

/// The fiber had the processor when it was looked at. [x: microseconds for which that stands;
/// stack: where, by the recorder's own numbers]
inline constexpr auto sampled = static_cast<trace::event_type>(200);

/// Stacks that the recorder followed have numbers from here on; the runtime's are smaller.
inline constexpr std::uint32_t first_own_stack = 1U << 31;

}  // namespace weft::trace_tool
