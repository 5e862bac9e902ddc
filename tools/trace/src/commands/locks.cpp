// SPDX-License-Identifier: BSL-1.0

#include "commands/state_command.hpp"
#include "commands/table.hpp"
#include "views/lock_list.hpp"

namespace weft::trace_tool {
namespace {

outcome locks(const source& /*from*/, const std::vector<runtime_state>& states, bool json,
              std::ostream& out) {
    json ? print_locks_json(out, states) : print_locks(out, states);
    return outcome::good;
}

}  // namespace

void add_locks(CLI::App& tool, command_context& context) {
    add_state_command(tool, context, {"locks", "List locks, who holds them and who waits"}, locks);
}

}  // namespace weft::trace_tool
