// SPDX-License-Identifier: BSL-1.0

#include "commands/state_command.hpp"

#include <CLI/CLI.hpp>
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
        std::string source;
        bool json = false;
    };
    const auto& [name, summary] = name_and_summary;
    auto options = std::make_shared<chosen>();
    CLI::App& command = *tool.add_subcommand(name, summary);
    command.add_option("SRC", options->source, "What to look at")->required();
    command.add_flag("--json", options->json, "For programs");
    command.footer(std::string("Example:\n  weft-trace ") + name + " 4711");
    command.callback([options, &context, &show] {
        const source from = open_source(options->source);
        const auto states = read_states(from);
        context.result = show(from, states, options->json, context.streams.out);
        tell_what_is_missing(context.streams.err, from, states);
    });
}

}  // namespace weft::trace_tool
