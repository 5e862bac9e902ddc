// SPDX-License-Identifier: BSL-1.0

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "commands/table.hpp"
#include "process/source.hpp"
#include "recording/file_reader.hpp"
#include "stacks/fiber_stack.hpp"
#include "views/stack_list.hpp"
#include "views/stall_list.hpp"

namespace weft::trace_tool {
namespace {

struct stalls_options {
    std::string source;
    bool all_frames = false;
    bool json = false;
};

/// What is known of the stalls of a program.
struct found_stalls {
    std::vector<shown_stall> shown;
    std::uint64_t ever = 0;
    std::uint64_t suppressed = 0;
    bool watched = false;
};

void add_runtime(found_stalls& found, const mapped_memory& runtime, stack_reader& reader,
                 bool all_frames) {
    for (std::size_t i = 0; i < runtime.header().stalls.count; ++i) {
        if (auto row = runtime.stall(i)) {
            shown_stall stall{*row, reader.stack_of(row->where), {}};
            if (reader.files() != nullptr) {
                stall.frames = name_frames(stall.read, *reader.files(), all_frames);
            }
            found.shown.push_back(std::move(stall));
        }
    }
    const trace::loop loop = runtime.loop();
    found.ever += loop.stalls;
    found.suppressed += loop.stalls_suppressed;
    found.watched = found.watched || loop.stall_limit != 0;
}

found_stalls of_program(const stalls_options& options) {
    const source from = open_source(options.source);
    stack_reader reader(from);
    found_stalls found;
    for (const mapped_memory& each : from.memories) {
        add_runtime(found, each, reader, options.all_frames);
    }
    std::ranges::sort(found.shown, {}, [](const shown_stall& each) { return each.row.began; });
    return found;
}

found_stalls of_recording(const std::string& file) {
    const auto read = summarize(file);
    frame_names names(read.modules);
    found_stalls found;
    for (const auto& each : read.stalls) {
        found.shown.push_back(stall_of(each, read, names));
    }
    found.ever = read.stalls.size();
    found.watched = found.ever != 0;  // else nothing says whether it was
    return found;
}

void print(std::ostream& out, const found_stalls& found) {
    for (const shown_stall& each : found.shown) {
        print_stall(out, each);
    }
    out << found.ever << " stalls";
    if (found.suppressed != 0) {
        out << ", " << found.suppressed << " of them not shown: too many";
    }
    out << '\n';
}

outcome stalls(const stalls_options& options, output_streams streams) {
    const bool recorded = is_recording(options.source);
    const auto found = recorded ? of_recording(options.source) : of_program(options);
    if (!found.watched) {
        streams.err << (recorded ? "weft-trace: there are none of a program that nobody watches"
                                 : "weft-trace: nobody looks for stalls in this program")
                    << ": start it with WEFT_TRACE=stall or WEFT_DEBUG=1\n";
    }
    if (!found.watched && recorded) {
        streams.err << "weft-trace: `weft-trace report` shows how long fibers ran, also so\n";
    }
    if (options.json) {
        json_list list(streams.out, "stalls");
        for (const shown_stall& each : found.shown) {
            list.add(json_of(each));
        }
        list.finish(
            {{"ever", found.ever}, {"suppressed", found.suppressed}, {"watched", found.watched}});
    } else {
        print(streams.out, found);
    }
    return found.ever == 0 ? outcome::good : outcome::finding;
}

}  // namespace

void add_stalls(CLI::App& tool, command_context& context) {
    auto options = std::make_shared<stalls_options>();
    CLI::App& command = *tool.add_subcommand("stalls", "Fibers that kept the loop for too long");
    command.add_option("SRC", options->source, "What to look at; also a recording")->required();
    command.add_flag("--json", options->json, "For programs");
    command.add_flag("--all-frames", options->all_frames, "Functions of the runtime, too");
    command.footer(
        "Of a program that is watched: WEFT_TRACE=stall, or stall:MILLISECONDS, or debug mode.\n"
        "Exits with 1 if there are any.\nExample:\n  weft-trace stalls 4711");
    command.callback([options, &context] { context.result = stalls(*options, context.streams); });
}

}  // namespace weft::trace_tool
