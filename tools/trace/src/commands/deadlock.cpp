// SPDX-License-Identifier: BSL-1.0

#include "commands/state_command.hpp"
#include "commands/table.hpp"
#include "views/deadlock_report.hpp"

namespace weft::trace_tool {
namespace {

outcome deadlock(const source& from, const std::vector<runtime_state>& states, bool json,
                 std::ostream& out) {
    const wait_graph graph(states);
    const auto later = read_states_again(from);
    const auto cycles = confirmed_cycles(graph, states, later);
    const auto stuck = stuck_runtimes(states, later);
    // Of a recording only the locks of one moment are known: `report` says it of those.
    const auto left_locked = from.recording != nullptr ? std::vector<wait_edge>()
                                                       : waits_for_the_dead(graph, states, later);
    if (json) {
        print_cycles_json(out, cycles, states, stuck, left_locked);
    } else {
        print_stuck(out, stuck);
        print_left_locked(out, left_locked, states);
        print_cycles(out, cycles, states);
    }
    return cycles.empty() && stuck.empty() && left_locked.empty() ? outcome::good
                                                                  : outcome::finding;
}

}  // namespace

void add_deadlock(CLI::App& tool, command_context& context) {
    add_state_command(tool, context,
                      {"deadlock", "Find fibers that wait for one another; exit code 1 if any"},
                      deadlock);
}

}  // namespace weft::trace_tool
