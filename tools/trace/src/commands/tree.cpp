// SPDX-License-Identifier: BSL-1.0

#include "commands/state_command.hpp"
#include "commands/table.hpp"
#include "views/fiber_tree.hpp"

namespace weft::trace_tool {
namespace {

outcome tree(const source& from, const std::vector<runtime_state>& states, bool json,
             std::ostream& out) {
    fiber_text text(from, states);
    json ? print_tree_json(out, states) : print_tree(out, states, text);
    return outcome::good;
}

}  // namespace

void add_tree(CLI::App& tool, command_context& context) {
    add_state_command(tool, context, {"tree", "Show who spawned whom, and who waits for whom"},
                      tree);
}

}  // namespace weft::trace_tool
