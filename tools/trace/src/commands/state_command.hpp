// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "commands/command.hpp"
#include "process/source.hpp"

namespace weft::trace_tool {

/// Says on one line each what of a source was not shown.
void tell_what_is_missing(std::ostream& err, const source& from,
                          const std::vector<runtime_state>& states);

/// What a command about the state of a source does.
using show_state = outcome(const source& from, const std::vector<runtime_state>& states, bool json,
                           std::ostream& out);

/// Adds a command that has no options but SRC and --json.
void add_state_command(CLI::App& tool, command_context& context,
                       const std::pair<const char*, const char*>& name_and_summary,
                       show_state& show);

}  // namespace weft::trace_tool
