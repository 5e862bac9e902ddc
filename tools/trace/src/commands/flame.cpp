// SPDX-License-Identifier: BSL-1.0

#include <memory>

#include "analysis/flame.hpp"
#include "commands/command_line.hpp"
#include "commands/table.hpp"
#include "output/json.hpp"
#include "output/table.hpp"

namespace weft::trace_tool {
namespace {

struct flame_options {
    std::string file;
    std::string kind = "wait";
    std::string by = "function";
    bool json = false;
};

flame_kind kind_named(const std::string& name) {
    return name == "run"     ? flame_kind::run
           : name == "ready" ? flame_kind::ready
           : name == "wake"  ? flame_kind::wake
           : name == "cpu"   ? flame_kind::cpu
                             : flame_kind::wait;
}

outcome flame(const flame_options& options, output_streams streams) {
    const auto read = summarize(options.file);
    frame_names names(read.modules);
    const auto paths = flame_of(kind_named(options.kind), read, names, options.by == "fiber");
    if (options.json) {
        json_list list(streams.out, "paths");
        for (const auto& [path, value] : paths) {
            list.add({{"path", path}, {"value", value}});
        }
        list.finish();
        return outcome::good;
    }
    for (const auto& problem : names.problems()) {
        streams.err << "weft-trace: " << printable(problem) << '\n';
    }
    for (const auto& [path, value] : paths) {
        streams.out << printable(path) << ' ' << value << '\n';
    }
    return outcome::good;
}

}  // namespace

void add_flame(CLI::App& tool, command_context& context) {
    auto options = std::make_shared<flame_options>();
    command_line command(tool, context, "flame",
                         "Time by call chain, in the folded form of flame graphs");
    command.add("FILE", options->file, "A recording").required();
    command.add("--kind", options->kind, "Of what: wait, run, ready, cpu (ns), or wake (how often)")
        .one_of({"wait", "run", "ready", "wake", "cpu"});
    command.add("--by", options->by, "cpu: below its fiber, or by function alone")
        .one_of({"function", "fiber"});
    command.add("--json", options->json, "For programs");
    command.notes(
        "cpu is of recordings with samples: record --cpu=99; wait of those with --stacks.\n"
        "Example:\n  weft-trace flame app.ftr --kind=wait | flamegraph.pl > wait.svg");
    command.run([options](output_streams streams) { return flame(*options, streams); });
}

}  // namespace weft::trace_tool
