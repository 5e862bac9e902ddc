// SPDX-License-Identifier: BSL-1.0
#include <fstream>
#include <memory>

#include "commands/command_line.hpp"
#include "commands/table.hpp"
#include "commands/time_window_text.hpp"
#include "export/exporter.hpp"
#include "recording/recording_error.hpp"
#include "report/sections.hpp"

namespace weft::trace_tool {
namespace {

struct export_options {
    std::string file;
    std::string format = "perfetto";
    std::string output;
    std::string window;
    bool json = false;
    std::size_t most_fibers = 2'000;  // more tracks than that make viewers slow
};

void write(const export_options& options, std::ostream& out, std::ostream& err) {
    const auto read = summarize(options.file, parse_window(options.window));
    const auto fibers = choose_fibers(read, options.most_fibers);
    const bool of_fibers = options.format == "perfetto" || options.format == "chrome";
    if (of_fibers && fibers.left_out != 0) {
        err << "weft-trace: " << fibers.left_out << " fibers, which ran shortest, are left out\n";
    }
    if (options.format == "perfetto") {
        export_perfetto(out, options.file, read, fibers);
    } else if (options.format == "chrome") {
        export_chrome(out, options.file, read, fibers);
    } else if (options.format == "folded") {
        export_folded(out, read);
    } else if (options.format == "jsonl") {
        export_lines(out, options.file, read);
    } else if (options.format == "otlp") {
        export_otlp(out, options.file, read);
    } else if (options.format == "speedscope") {
        export_speedscope(out, read);
    } else if (options.format == "html") {
        export_html(out, options.file, read);
    } else {
        print_json(out, report_json(read));
        out << '\n';
    }
}

outcome export_file(export_options options, output_streams streams) {
    options.format = options.json ? "json" : options.format;
    if (options.output.empty()) {
        write(options, streams.out, streams.err);
        return outcome::good;
    }
    std::ofstream out(options.output, std::ios::binary | std::ios::trunc);
    write(options, out, streams.err);
    if (!out.flush()) {
        throw recording_error(options.output + ": cannot be written");
    }
    return outcome::good;
}

}  // namespace

void add_export(CLI::App& tool, command_context& context) {
    auto options = std::make_shared<export_options>();
    command_line command(tool, context, "export", "Write a recording for another program");
    command.add("FILE", options->file, "A recording").required();
    command.add("--format", options->format)
        .one_of({"perfetto", "chrome", "folded", "json", "jsonl", "speedscope", "html", "otlp"})
        .show_default();
    command.add("--json", options->json, "The same as --format=json");
    command.add("-o,--output", options->output, "Where to; else standard output");
    command.add("--window", options->window, "Only this part: 1s..1500ms since the begin");
    command.add("--top", options->most_fibers, "Fibers with a track of their own, at most")
        .show_default();
    command.notes(
        "Example:\n  weft-trace export app.ftr -o app.perfetto    (open in ui.perfetto.dev)");
    command.run([options](output_streams streams) { return export_file(*options, streams); });
}

}  // namespace weft::trace_tool
