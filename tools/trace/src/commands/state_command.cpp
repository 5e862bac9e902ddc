// SPDX-License-Identifier: BSL-1.0

#include "commands/state_command.hpp"

#include "commands/command_line.hpp"

#include <memory>

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

void add_state_command(CLI::App& tool, command_context& context,
                       const std::pair<const char*, const char*>& name_and_summary,
                       show_state& show) {
    struct chosen {
        source_choice source;
        bool json = false;
    };
    const auto& [name, summary] = name_and_summary;
    auto options = std::make_shared<chosen>();
    command_line command(tool, context, name, summary);
    command.add_source(options->source);
    command.add("--json", options->json, "For programs");
    command.notes(std::string("Example:\n  weft-trace ") + name + " 4711");
    command.run([options, &show](output_streams streams) {
        const source from = open_state(options->source);
        const auto states = read_states(from);
        const outcome result = show(from, states, options->json, streams.out);
        tell_what_is_missing(streams.err, from, states);
        return result;
    });
}

}  // namespace weft::trace_tool
