// SPDX-License-Identifier: BSL-1.0

#include <memory>

#include "commands/command_line.hpp"
#include "commands/table.hpp"
#include "output/table.hpp"
#include "report/comparison.hpp"

namespace weft::trace_tool {
namespace {

struct diff_options {
    std::string before;
    std::string after;
    bool json = false;
};

outcome diff(const diff_options& options, output_streams streams) {
    const auto made = compare(summarize(options.before), summarize(options.after));
    for (const auto& problem : made.problems) {
        streams.err << "weft-trace: " << printable(problem) << '\n';
    }
    if (options.json) {
        print_json(streams.out, comparison_json(made));
        streams.out << '\n';
    } else {
        print_comparison(streams.out, made);
    }
    return made.new_findings.empty() ? outcome::good : outcome::finding;
}

}  // namespace

void add_diff(CLI::App& tool, command_context& context) {
    auto options = std::make_shared<diff_options>();
    command_line command(tool, context, "diff", "What changed between two recordings");
    command.add("BEFORE", options->before, "A recording").required();
    command.add("AFTER", options->after, "A recording").required();
    command.add("--json", options->json, "For programs");
    command.notes(
        "Findings, percentiles of waits and spans, and with --stacks where fibers wait only now.\n"
        "Exits with 1 if the second has kinds of findings that the first has not.\n"
        "Example:\n  weft-trace diff before.ftr after.ftr");
    command.run([options](output_streams streams) { return diff(*options, streams); });
}

}  // namespace weft::trace_tool
