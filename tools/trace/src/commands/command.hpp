// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>

#include "error.hpp"
#include "tool.hpp"

namespace CLI {
class App;
}

namespace weft::trace_tool {

/// What a command gets beside its options, and where it leaves how it ended.
struct command_context {
    output_streams streams;
    outcome result = outcome::good;
};

/// Adds a command with its options and its help to the command line. What it does comes as the
/// callback of its CLI::App, which leaves `context.result`; context outlives the command line.
using add_command = void(CLI::App& tool, command_context& context);

/// All commands, in the order in which the help shows them. One that is added gets a file
/// commands/<name>.cpp, a declaration in table.hpp and a line in table.cpp.
[[nodiscard]] std::span<add_command* const> all_commands() noexcept;

}  // namespace weft::trace_tool
