// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weft::trace_tool {

/// The classes of events that a text names, as WEFT_TRACE does: sched+stacks, all.
///
/// \throws bad_usage  naming the word that is unknown.
std::uint32_t parse_event_classes(std::string_view text);

/// The other way; empty for 0.
std::string event_classes_text(std::uint32_t mask);

}  // namespace weft::trace_tool
