// SPDX-License-Identifier: BSL-1.0

#include <CLI/CLI.hpp>
#include <memory>

#include "commands/table.hpp"
#include "export/exporter.hpp"
#include "report/sections.hpp"

namespace weft::trace_tool {
namespace {

struct report_options {
    std::string file;
    bool markdown = false;
    bool html = false;
    bool json = false;
    std::size_t rows = 20;
};

outcome show(const report_options& options, output_streams streams) {
    const auto read = summarize(options.file);
    if (options.json) {
        print_json(streams.out, report_json(read));
        streams.out << '\n';
        return find_all(read).empty() ? outcome::good : outcome::finding;
    }
    if (options.html) {
        export_html(streams.out, options.file, read);
        return find_all(read).empty() ? outcome::good : outcome::finding;
    }
    const auto made = make_report(read, options.rows);
    options.markdown ? print_markdown(streams.out, made) : print_text(streams.out, made);
    return made.findings.empty() ? outcome::good : outcome::finding;
}

}  // namespace

void add_report(CLI::App& tool, command_context& context) {
    auto options = std::make_shared<report_options>();
    CLI::App& command = *tool.add_subcommand("report", "What a recording shows, the worst first");
    command.add_option("FILE", options->file, "A recording")->required();
    CLI::Option* markdown = command.add_flag("--md", options->markdown, "As Markdown");
    CLI::Option* html = command.add_flag("--html", options->html, "As a page without network");
    command.add_flag("--json", options->json, "For programs")->excludes(markdown)->excludes(html);
    markdown->excludes(html);
    command.add_option("--rows", options->rows, "Of each table, at most")->capture_default_str();
    command.footer("Exits with 1 if there are findings.\nExample:\n  weft-trace report app.ftr");
    command.callback([options, &context] { context.result = show(*options, context.streams); });
}

}  // namespace weft::trace_tool
