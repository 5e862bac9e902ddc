// SPDX-License-Identifier: BSL-1.0

#include <CLI/CLI.hpp>
#include <memory>

#include "commands/table.hpp"

namespace weft::trace_tool {
namespace {

struct ps_options {
    std::string source;
    bool json = false;
};

outcome ps(const ps_options& options, output_streams streams) {
    streams.out << options.source << '\n';
    return outcome::good;
}

}  // namespace

void add_ps(CLI::App& tool, command_context& context) {
    auto options = std::make_shared<ps_options>();
    CLI::App& command = *tool.add_subcommand("ps", "Lists fibers, or the processes that have any");
    command.add_option("SRC", options->source, "What to look at; without it: every process");
    command.add_flag("--json", options->json, "For programs");
    command.footer("Example:\n  weft-trace ps 4711 --state=parked --sort=since");
    command.callback([options, &context] { context.result = ps(*options, context.streams); });
}

}  // namespace weft::trace_tool
