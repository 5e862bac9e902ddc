// SPDX-License-Identifier: BSL-1.0

#include <memory>

#include "commands/command_line.hpp"
#include "commands/table.hpp"
#include "commands/time_window_text.hpp"
#include "export/exporter.hpp"
#include "report/sections.hpp"

namespace weft::trace_tool {
namespace {

struct report_options {
    std::string file;
    std::string window;
    bool markdown = false;
    bool html = false;
    bool json = false;
    std::size_t rows = 20;
};

outcome show(const report_options& options, output_streams streams) {
    const auto read = summarize(options.file, parse_window(options.window));
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
    command_line command(tool, context, "report", "What a recording shows, the worst first");
    command.add("FILE", options->file, "A recording").required();
    option markdown = command.add("--md", options->markdown, "As Markdown");
    option html = command.add("--html", options->html, "As a page without network");
    command.add("--json", options->json, "For programs").excludes(markdown).excludes(html);
    markdown.excludes(html);
    command.add("--window", options->window, "Only this part: 1s..1500ms since the begin");
    command.add("--rows", options->rows, "Of each table, at most").show_default();
    command.notes("Exits with 1 if there are findings.\nExample:\n  weft-trace report app.ftr");
    command.run([options](output_streams streams) { return show(*options, streams); });
}

}  // namespace weft::trace_tool
