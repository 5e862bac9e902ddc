// SPDX-License-Identifier: BSL-1.0

#include <memory>

#include "analysis/summary.hpp"
#include "commands/command_line.hpp"
#include "commands/table.hpp"
#include "output/json.hpp"
#include "output/table.hpp"
#include "recording/brief_recording.hpp"

namespace weft::trace_tool {
namespace {

struct lost_options {
    std::string source;
    double seconds = 5;
    bool json = false;
};

outcome lost(const lost_options& options, output_streams streams) {
    const brief_recording looked_at(options.source, trace::sched_events, options.seconds);
    const auto read = summarize(looked_at.file());
    if (options.json) {
        json_list list(streams.out, "lost");
        for (const auto& each : read.lost) {
            list.add({{"fiber", each.fiber},
                      {"name", read.fiber_name(each.fiber)},
                      {"site", read.fibers.contains(each.fiber) ? read.fibers.at(each.fiber).site
                                                                : std::string()},
                      {"kind", each.never_ran ? "never_ran" : "failed"},
                      {"what", each.what},
                      {"time", read.scale.since_begin(each.time)}});
        }
        list.finish({{"lostEvents", read.file.lost}});
    } else {
        for (const auto& each : read.lost) {
            streams.out << '#' << each.fiber << ' ' << printable(read.fiber_name(each.fiber))
                        << (each.never_ran ? ": never ran" : ": failed: " + printable(each.what))
                        << '\n';
        }
        streams.out << read.lost.size() << " results lost; " << read.file.lost
                    << " events of the recording lost\n";
    }
    return read.lost.empty() ? outcome::good : outcome::finding;
}

}  // namespace

void add_lost(CLI::App& tool, command_context& context) {
    auto options = std::make_shared<lost_options>();
    command_line command(tool, context, "lost",
                         "Failures that nobody saw, and fibers that never ran");
    command.add("SRC", options->source, "A recording, or a program to record").required();
    command.add("--for", options->seconds, "Seconds to record it").positive().show_default();
    command.add("--json", options->json, "For programs");
    command.notes("Exits with 1 if there are any.\nExample:\n  weft-trace lost app.ftr");
    command.run([options](output_streams streams) { return lost(*options, streams); });
}

}  // namespace weft::trace_tool
