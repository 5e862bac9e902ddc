// SPDX-License-Identifier: BSL-1.0

#include <CLI/CLI.hpp>
#include <memory>

#include "analysis/flame.hpp"
#include "commands/table.hpp"
#include "output/json.hpp"
#include "output/table.hpp"

namespace weft::trace_tool {
namespace {

struct flame_options {
    std::string file;
    flame_kind kind = flame_kind::wait;
    bool json = false;
};

outcome flame(const flame_options& options, output_streams streams) {
    const auto read = summarize(options.file);
    frame_names names(read.modules);
    const auto paths = flame_of(options.kind, read, names);
    if (options.json) {
        json_list list(streams.out, "paths");
        for (const auto& [path, value] : paths) {
            list.add({{"path", path}, {"value", value}});
        }
        list.finish();
        return outcome::good;
    }
    for (const auto& [path, value] : paths) {
        streams.out << printable(path) << ' ' << value << '\n';
    }
    return outcome::good;
}

}  // namespace

void add_flame(CLI::App& tool, command_context& context) {
    auto options = std::make_shared<flame_options>();
    static const std::map<std::string, flame_kind> kinds{{"wait", flame_kind::wait},
                                                         {"run", flame_kind::run},
                                                         {"ready", flame_kind::ready},
                                                         {"wake", flame_kind::wake}};
    CLI::App& command =
        *tool.add_subcommand("flame", "Time by call chain, in the folded form of flame graphs");
    command.add_option("FILE", options->file, "A recording")->required();
    command
        .add_option("--kind", options->kind, "Of what: wait, run, ready (ns), or wake (how often)")
        ->transform(CLI::CheckedTransformer(kinds, CLI::ignore_case));
    command.add_flag("--json", options->json, "For programs");
    command.footer("Example:\n  weft-trace flame app.ftr --kind=wait | flamegraph.pl > wait.svg");
    command.callback([options, &context] { context.result = flame(*options, context.streams); });
}

}  // namespace weft::trace_tool
