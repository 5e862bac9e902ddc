// SPDX-License-Identifier: BSL-1.0

#include "commands/state_command.hpp"

#include "output/table.hpp"
#include "views/fiber_list.hpp"

namespace weft::trace_tool {

void tell_what_is_missing(std::ostream& err, const source& from,
                          const std::vector<runtime_state>& states) {
    for (const std::string& note : from.notes) {
        err << "weft-trace: " << printable(note) << '\n';
    }
    for (const std::string& missing : what_is_missing(states)) {
        err << "weft-trace: " << missing << '\n';
    }
}

}  // namespace weft::trace_tool
