// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace weft::trace_tool {

/// Where a command writes.
struct output_streams {
    std::ostream& out;  ///< what was asked for
    std::ostream& err;  ///< why it could not be had, and what is missing in it
};

/// The whole tool: does what the arguments after the program's name ask for and returns the exit
/// code, see `outcome`. Errors are told on `streams.err`; throws nothing.
[[nodiscard]] int run(const std::vector<std::string>& arguments, output_streams streams) noexcept;

}  // namespace weft::trace_tool
