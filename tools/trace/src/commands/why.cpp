// SPDX-License-Identifier: BSL-1.0
#include "analysis/why.hpp"

#include <algorithm>
#include <memory>

#include "commands/command_line.hpp"
#include "commands/table.hpp"
#include "recording/brief_recording.hpp"
#include "report/why_report.hpp"

namespace weft::trace_tool {
namespace {

struct why_options {
    std::string source;
    std::string asked;
    double seconds = 5;
    bool json = false;
};

outcome why(const why_options& options, output_streams streams) {
    constexpr auto what_it_needs =
        trace::all_events & ~(trace::loop_events | trace::io_events | trace::timer_events);
    const brief_recording looked_at(options.source, what_it_needs, options.seconds);
    const auto read = summarize(looked_at.file());
    const auto all = read_lives(looked_at.file());
    const auto asked = find_stretch(options.asked, read, all);
    frame_names names(read.modules);
    const auto split = split_of(asked, read, all, names);
    const auto path = critical_path(asked, all);
    if (options.json) {
        print_json(streams.out, why_json(asked, split, path, read, names));
        streams.out << '\n';
    } else {
        print_why(streams.out, asked, split, path, read, names);
    }
    return outcome::good;
}

}  // namespace

void add_why(CLI::App& tool, command_context& context) {
    auto options = std::make_shared<why_options>();
    command_line command(tool, context, "why",
                         "Where the time of a fiber or a span went, and who is to blame");
    command.add("SRC", options->source, "A recording, or a program to record").required();
    command.add("WHAT", options->asked, "The number or name of a fiber, or a span's name")
        .required();
    command.add("--for", options->seconds, "Seconds to record it").positive().show_default();
    command.add("--json", options->json, "For programs");
    command.notes(
        "Example:\n  weft-trace why app.ftr 'GET /users'\n  weft-trace why 4711 main --for 2");
    command.run([options](output_streams streams) { return why(*options, streams); });
}

}  // namespace weft::trace_tool
