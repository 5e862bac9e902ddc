// SPDX-License-Identifier: BSL-1.0
#include "analysis/why.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "commands/table.hpp"
#include "report/why_report.hpp"

namespace weft::trace_tool {
namespace {

struct why_options {
    std::string file;
    std::string asked;
    bool json = false;
};

outcome why(const why_options& options, output_streams streams) {
    const auto read = summarize(options.file);
    const auto all = read_lives(options.file);
    const auto asked = find_stretch(options.asked, read, all);
    const auto split = split_of(asked, read, all);
    const auto path = critical_path(asked, all);
    if (options.json) {
        print_json(streams.out, why_json(asked, split, path, read));
        streams.out << '\n';
    } else {
        print_why(streams.out, asked, split, path, read);
    }
    return outcome::good;
}

}  // namespace

void add_why(CLI::App& tool, command_context& context) {
    auto options = std::make_shared<why_options>();
    CLI::App& command = *tool.add_subcommand(
        "why", "Where the time of a fiber or a span went, and who is to blame");
    command.add_option("FILE", options->file, "A recording")->required();
    command.add_option("WHAT", options->asked, "The number or name of a fiber, or a span's name")
        ->required();
    command.add_flag("--json", options->json, "For programs");
    command.footer("Example:\n  weft-trace why app.ftr 'GET /users'");
    command.callback([options, &context] { context.result = why(*options, context.streams); });
}

}  // namespace weft::trace_tool
