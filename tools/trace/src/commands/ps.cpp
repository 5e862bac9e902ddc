// SPDX-License-Identifier: BSL-1.0

#include <memory>

#include "analysis/frame_names.hpp"
#include "commands/command_line.hpp"
#include "commands/state_command.hpp"
#include "commands/table.hpp"
#include "stacks/fiber_stack.hpp"
#include "views/fiber_list.hpp"
#include "views/process_list.hpp"
#include "views/stack_list.hpp"

namespace weft::trace_tool {
namespace {

struct ps_options {
    source_choice source;
    fiber_filter filter;
    bool group = false;
    bool where = false;
    bool use = false;
    bool json = false;
};

outcome list_processes(const ps_options& options, output_streams streams) {
    std::size_t denied = 0;
    const auto sources = all_sources(denied);
    options.json ? print_processes_json(streams.out, sources)
                 : print_processes(streams.out, sources);
    if (denied != 0) {
        streams.err << "weft-trace: " << denied
                    << " processes of other users could not be looked at\n";
    }
    return outcome::good;
}

// By the stacks of the waits that the recording has.
std::vector<std::string> recorded_places(const std::vector<shown_fiber>& fibers,
                                         const recorded_state& in) {
    frame_names names(in.modules);
    std::vector<std::string> places;
    for (const shown_fiber& fiber : fibers) {
        const auto stack = in.stacks.find(fiber.row->wait_stack);
        const bool waits = fiber.row->state == trace::row_state::parked && stack != in.stacks.end();
        const auto frames = waits ? names.functions_of(stack->second) : std::vector<stack_frame>();
        places.push_back(frames.empty() ? "-" : function_and_line(frames.front()));
    }
    return places;
}

// The innermost function of each that is not the runtime's.
std::vector<std::string> places_of(const std::vector<shown_fiber>& fibers, const source& from,
                                   const std::vector<runtime_state>& states) {
    std::vector<std::string> places;
    if (from.recording != nullptr) {
        return recorded_places(fibers, *from.recording);
    }
    stack_reader reader(from);
    for (const shown_fiber& fiber : fibers) {
        const auto index = static_cast<std::size_t>(fiber.runtime - states.data());
        const auto read = reader.stack_of(from.memories[index], fiber.row->id);
        const auto frames = reader.files() != nullptr ? name_frames(read, *reader.files(), false)
                                                      : std::vector<stack_frame>();
        places.push_back(frames.empty() ? "-" : function_and_line(frames.front()));
    }
    return places;
}

outcome list_fibers(const ps_options& options, output_streams streams) {
    const source from = open_state(options.source, options.where ? mapped_memory::access::control
                                                                 : mapped_memory::access::read);
    const auto states = read_states(from);
    fiber_text text(from, states);
    const auto fibers = select_fibers(states, options.filter);
    fiber_details details;
    if (options.where) {
        details.places = places_of(fibers, from, states);
    }
    if (options.use) {
        details.uses = uses_of(fibers, from);
    }
    if (options.json) {
        print_fibers_json(streams.out, fibers, text, from, details);
    } else if (options.group) {
        print_groups(streams.out, fibers, text);
    } else {
        print_fibers(streams.out, fibers, text, details);
    }
    tell_what_is_missing(streams.err, from, states);
    return outcome::good;
}

outcome ps(const ps_options& options, output_streams streams) {
    return options.source.empty() ? list_processes(options, streams)
                                  : list_fibers(options, streams);
}

}  // namespace

void add_ps(CLI::App& tool, command_context& context) {
    auto options = std::make_shared<ps_options>();
    fiber_filter& filter = options->filter;
    command_line command(tool, context, "ps", "List fibers, or the processes that have any");
    command.add_source(options->source);
    command.add("--state", filter.state).one_of(state_names);
    command.add("--name", filter.name, "Those with this in their name");
    command.add("--wait", filter.wait, "Those with this in their wait reason");
    command.add("--sort", filter.sort).one_of(sort_keys);
    option for_programs = command.add("--json", options->json, "For programs");
    option where = command.add("--where", options->where, "The function in which each is, too");
    option use = command.add("--use", options->use, "What each has used of processor and stack");
    command.add("--group", options->group, "One line for fibers that are alike")
        .excludes(for_programs)
        .excludes(where)
        .excludes(use);
    command.notes(
        "Without SRC: all processes that can be looked at. Of --use, RAN is of the time in which "
        "it\n"
        "was recorded, STACK the most that was ever used. Example:\n"
        "  weft-trace ps 4711 --state=parked --sort=since");
    command.run([options](output_streams streams) { return ps(*options, streams); });
}

}  // namespace weft::trace_tool
