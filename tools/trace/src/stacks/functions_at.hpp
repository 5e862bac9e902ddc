// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <vector>

#include "stacks/debug_files.hpp"

namespace weft::trace_tool {

/// The functions at an address, innermost inlined one first; at least one, perhaps without a name.
/// \param shown   the address to show.
/// \param inside  one within the instruction that is meant.
[[nodiscard]] std::vector<stack_frame> look_up(Dwfl& files, std::uint64_t shown,
                                               std::uint64_t inside);

}  // namespace weft::trace_tool
