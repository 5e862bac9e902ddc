// SPDX-License-Identifier: BSL-1.0

#include <algorithm>
#include <memory>

#include "analysis/findings.hpp"
#include "commands/command_line.hpp"
#include "commands/table.hpp"
#include "output/json.hpp"
#include "output/table.hpp"
#include "recording/brief_recording.hpp"

namespace weft::trace_tool {
namespace {

struct leaks_options {
    std::string source;
    double seconds = 5;
    bool json = false;
};

void print(std::ostream& out, const std::vector<leak_group>& groups) {
    using side = table::side;
    table shown({{"SPAWNED AT"},
                 {"AT BEGIN", side::right},
                 {"AT END", side::right},
                 {"SPAWNED", side::right},
                 {"OF THEM ENDED", side::right},
                 {"LEAK"}});
    for (const auto& each : groups) {
        shown.add(each.site);
        shown.add(each.live_at_begin);
        shown.add(each.live_at_end);
        shown.add(each.spawned);
        shown.add(each.ended);
        shown.add(leaks(each) ? "yes" : "");
    }
    shown.print(out);
}

void print_list(std::ostream& out, const std::vector<leak_group>& groups) {
    json_list list(out, "sites");
    for (const auto& each : groups) {
        list.add({{"site", each.site},
                  {"liveAtBegin", each.live_at_begin},
                  {"liveAtEnd", each.live_at_end},
                  {"spawned", each.spawned},
                  {"ended", each.ended},
                  {"leak", leaks(each)}});
    }
    list.finish();
}

outcome show(const leaks_options& options, output_streams streams) {
    const brief_recording looked_at(options.source, trace::sched_events, options.seconds);
    const auto groups = live_groups(summarize(looked_at.file()));
    options.json ? print_list(streams.out, groups) : print(streams.out, groups);
    return std::ranges::any_of(groups, leaks) ? outcome::finding : outcome::good;
}

}  // namespace

void add_leaks(CLI::App& tool, command_context& context) {
    auto options = std::make_shared<leaks_options>();
    command_line command(tool, context, "leaks", "Where fibers were spawned that do not end");
    command.add("SRC", options->source, "A recording, or a program to record").required();
    command.add("--for", options->seconds, "Seconds to record it").positive().show_default();
    command.add("--json", options->json, "For programs");
    command.notes(
        "A leak: 10 more than at the begin, and most of what was spawned. Exits with 1 then.\n"
        "Example:\n  weft-trace leaks app.ftr\n  weft-trace leaks 4711 --for 60");
    command.run([options](output_streams streams) { return show(*options, streams); });
}

}  // namespace weft::trace_tool
