// SPDX-License-Identifier: BSL-1.0

#include <map>
#include <memory>
#include <utility>

#include "analysis/flame.hpp"
#include "analysis/flame_by.hpp"
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
    std::string other;
    bool json = false;
};

flame_kind kind_named(const std::string& name) {
    return name == "run"     ? flame_kind::run
           : name == "ready" ? flame_kind::ready
           : name == "wake"  ? flame_kind::wake
           : name == "cpu"   ? flame_kind::cpu
                             : flame_kind::wait;
}

using flame_paths = std::map<std::string, std::uint64_t>;

flame_paths paths_of(const std::string& file, const flame_options& options, std::ostream& err) {
    const auto read = summarize(file);
    const auto kind = kind_named(options.kind);
    frame_names names(read.modules);
    auto paths = options.by == "function" ? flame_of(kind, read, names)
                                          : flame_by(options.by == "fiber"  ? flame_owner::fiber
                                                     : options.by == "site" ? flame_owner::site
                                                                            : flame_owner::span,
                                                     kind, file, read, names);
    for (const auto& problem : names.problems()) {
        err << "weft-trace: " << printable(problem) << '\n';
    }
    return paths;
}

void print_paths(const flame_paths& paths, bool as_json, std::ostream& out) {
    if (!as_json) {
        for (const auto& [path, value] : paths) {
            out << printable(path) << ' ' << value << '\n';
        }
        return;
    }
    json_list list(out, "paths");
    for (const auto& [path, value] : paths) {
        list.add({{"path", path}, {"value", value}});
    }
    list.finish();
}

// As the scripts that draw differences of flame graphs take it: each path with both values.
void print_difference(const flame_paths& before, const flame_paths& after, bool as_json,
                      std::ostream& out) {
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> both;
    for (const auto& [path, value] : before) {
        both[path].first = value;
    }
    for (const auto& [path, value] : after) {
        both[path].second = value;
    }
    if (!as_json) {
        for (const auto& [path, values] : both) {
            out << printable(path) << ' ' << values.first << ' ' << values.second << '\n';
        }
        return;
    }
    json_list list(out, "paths");
    for (const auto& [path, values] : both) {
        list.add({{"path", path}, {"before", values.first}, {"after", values.second}});
    }
    list.finish();
}

outcome flame(const flame_options& options, output_streams streams) {
    const auto paths = paths_of(options.file, options, streams.err);
    if (options.other.empty()) {
        print_paths(paths, options.json, streams.out);
    } else {
        print_difference(paths, paths_of(options.other, options, streams.err), options.json,
                         streams.out);
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
    command.add("--by", options->by, "Below the fiber, where it was spawned, or its span")
        .one_of({"function", "fiber", "site", "span"});
    command.add("--diff", options->other, "Another recording: each path with the values of both");
    command.add("--json", options->json, "For programs");
    command.notes(
        "cpu is of recordings with samples: record --cpu=99; wait of those with --stacks.\n"
        "Example:\n  weft-trace flame app.ftr --kind=wait --by=span | flamegraph.pl > wait.svg\n"
        "  weft-trace flame old.ftr --diff new.ftr | flamegraph.pl > change.svg");
    command.run([options](output_streams streams) { return flame(*options, streams); });
}

}  // namespace weft::trace_tool
