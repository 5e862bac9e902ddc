// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_events.hpp>

#include <string>
#include <string_view>

namespace weft::trace_tool {

/// Why a fiber kept the loop, in a word for programs.
[[nodiscard]] std::string_view name_of(trace::stall_cause cause) noexcept;

/// The same for people.
/// \param system_call  its number; -1: not known.
[[nodiscard]] std::string cause_text(trace::stall_cause cause, int system_call);

/// The name of a system call that is known to block; of any other, its number.
[[nodiscard]] std::string system_call_name(int number);

}  // namespace weft::trace_tool
