// SPDX-License-Identifier: BSL-1.0

#include <memory>
#include <set>

#include "analysis/frame_names.hpp"
#include "commands/command_line.hpp"
#include "commands/state_command.hpp"
#include "commands/table.hpp"
#include "stacks/fiber_stack.hpp"
#include "views/stack_list.hpp"

namespace weft::trace_tool {
namespace {

struct stack_options {
    source_choice source;
    std::uint64_t fiber = 0;
    bool all = false;
    bool running = false;
    bool group = false;
    bool all_frames = false;
    bool json = false;
};

std::vector<shown_fiber> chosen_fibers(const stack_options& options,
                                       const std::vector<runtime_state>& states) {
    auto fibers = select_fibers(states, {options.running ? "running" : "", "", "", "id"});
    if (options.fiber != 0) {
        std::erase_if(fibers,
                      [&](const shown_fiber& each) { return each.row->id != options.fiber; });
        if (fibers.empty()) {
            throw bad_usage("there is no fiber " + std::to_string(options.fiber));
        }
    }
    return fibers;
}

std::vector<shown_stack> read_stacks(const std::vector<shown_fiber>& fibers, const source& from,
                                     const std::vector<runtime_state>& states, bool all_frames) {
    stack_reader reader(from);
    std::vector<shown_stack> stacks;
    for (const shown_fiber& fiber : fibers) {
        const auto index = static_cast<std::size_t>(fiber.runtime - states.data());
        shown_stack shown{fiber, {}, reader.stack_of(from.memories[index], fiber.row->id)};
        if (reader.files() != nullptr) {
            shown.frames = name_frames(shown.read, *reader.files(), all_frames);
        }
        stacks.push_back(std::move(shown));
    }
    return stacks;
}

// The stacks of the waits, as the recording has them.
std::vector<shown_stack> recorded_stacks(const std::vector<shown_fiber>& fibers,
                                         const recorded_state& in) {
    frame_names names(in.modules);
    std::vector<shown_stack> stacks;
    for (const shown_fiber& fiber : fibers) {
        shown_stack shown{fiber, {}, {}};
        const auto found = in.stacks.find(fiber.row->wait_stack);
        if (fiber.row->state != trace::row_state::parked || found == in.stacks.end()) {
            shown.read.problem = "it is not in the recording; record with --stacks";
        } else {
            shown.frames = names.functions_of(found->second);
            shown.read.complete = !found->second.truncated;
            shown.read.how = "the program noted them by frame pointers";
        }
        stacks.push_back(std::move(shown));
    }
    return stacks;
}

void print(const std::vector<shown_stack>& stacks, const stack_options& options,
           std::ostream& out) {
    if (options.json) {
        json_list list(out, "stacks");
        for (const shown_stack& each : stacks) {
            list.add(json_of(each));
        }
        list.finish();
    } else if (options.group) {
        print_stack_groups(out, stacks);
    } else {
        for (const shown_stack& each : stacks) {
            print_stack(out, each);
        }
    }
}

/// On stderr: how the stacks were found, in one line.
void tell_how(const std::vector<shown_stack>& stacks, std::ostream& err) {
    std::set<std::string> ways;
    std::size_t complete = 0;
    for (const shown_stack& each : stacks) {
        complete += each.read.complete ? 1U : 0U;
        if (!each.read.how.empty()) {
            ways.insert(each.read.how);
        }
    }
    err << "weft-trace: " << complete << " of " << stacks.size() << " stacks complete";
    const char* before = "; the process was not stopped; how: ";
    for (const std::string& way : ways) {
        err << std::exchange(before, " / ") << way;
    }
    err << '\n';
}

outcome stack(const stack_options& options, output_streams streams) {
    const source from = open_state(options.source, mapped_memory::access::control);
    const auto states = read_states(from);
    const auto fibers = chosen_fibers(options, states);
    const auto stacks = from.recording != nullptr
                            ? recorded_stacks(fibers, *from.recording)
                            : read_stacks(fibers, from, states, options.all_frames);
    print(stacks, options, streams.out);
    tell_how(stacks, streams.err);
    tell_what_is_missing(streams.err, from, states);
    return outcome::good;
}

}  // namespace

void add_stack(CLI::App& tool, command_context& context) {
    auto options = std::make_shared<stack_options>();
    command_line command(tool, context, "stack", "Show where fibers are, call by call");
    command.add_source(options->source);
    option fiber = command.add("FIBER", options->fiber, "Its number, see ps");
    command.add("--all", options->all, "All fibers, also without this").excludes(fiber);
    command.add("--running", options->running, "The one on the processor").excludes(fiber);
    option for_programs = command.add("--json", options->json, "For programs");
    command.add("--group", options->group, "Each different stack once").excludes(for_programs);
    command.add("--all-frames", options->all_frames, "Functions of the runtime, too");
    command.notes("Example:\n  weft-trace stack 4711 --group");
    command.run([options](output_streams streams) { return stack(*options, streams); });
}

}  // namespace weft::trace_tool
