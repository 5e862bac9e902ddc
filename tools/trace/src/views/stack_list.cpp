// SPDX-License-Identifier: BSL-1.0

#include "views/stack_list.hpp"

#include <algorithm>
#include <map>

#include "output/table.hpp"
#include "stacks/demangle.hpp"
#include "views/fiber_text.hpp"

namespace weft::trace_tool {
namespace {

std::string frame_text(const stack_frame& frame) {
    std::string text =
        frame.function.empty() ? hexadecimal(frame.address) : printable(shortened(frame.function));
    if (!frame.file.empty()) {
        text += "  " + printable(base_name(frame.file)) + ":" + std::to_string(frame.line);
    }
    return text + (frame.inlined ? "  (inline)" : "");
}

std::string title(const shown_fiber& fiber) {
    const std::string name = printable(name_of(*fiber.row));
    const auto reason = printable(reason_of(*fiber.row, *fiber.runtime));
    return "#" + std::to_string(fiber.row->id) + (name.empty() ? "" : " \"" + name + "\"") + " " +
           std::string(state_of(*fiber.row, *fiber.runtime)) +
           (reason.empty() ? "" : ", " + reason) + ", " + duration_text(time_in_state(fiber));
}

std::string frame_lines(const std::vector<stack_frame>& frames, const call_stack& read) {
    std::string text;
    for (const stack_frame& frame : frames) {
        text += "    " + frame_text(frame) + "\n";
    }
    if (!read.complete) {
        text += "    (" + std::string(frames.empty() ? "no stack: " : "not complete: ") +
                printable(read.problem) + ")\n";
    }
    return text;
}

}  // namespace

std::string frames_text(const shown_stack& stack) {
    return frame_lines(stack.frames, stack.read);
}

std::vector<stack_frame> name_frames(const call_stack& stack, debug_files& files, bool all) {
    std::vector<stack_frame> every;
    std::vector<stack_frame> chosen;
    for (const call_address& address : stack.frames) {
        for (stack_frame& frame : files.functions_at(address)) {
            if (all || !is_internal(frame.function)) {
                chosen.push_back(frame);
            }
            every.push_back(std::move(frame));
        }
    }
    return chosen.empty() ? every : chosen;
}

void print_stack(std::ostream& out, const shown_stack& stack) {
    out << title(stack.fiber) << "\n";
    print_frames(out, stack.frames, stack.read);
}

void print_frames(std::ostream& out, const std::vector<stack_frame>& frames,
                  const call_stack& read) {
    out << frame_lines(frames, read);
}

void print_stack_groups(std::ostream& out, const std::vector<shown_stack>& stacks) {
    std::map<std::string, std::vector<const shown_stack*>> groups;
    for (const shown_stack& each : stacks) {
        groups[frames_text(each)].push_back(&each);
    }
    std::vector<std::pair<std::string, std::vector<const shown_stack*>>> sorted(groups.begin(),
                                                                                groups.end());
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
        return a.second.size() > b.second.size();
    });
    for (const auto& [frames, members] : sorted) {
        out << members.size() << (members.size() == 1 ? " fiber, " : " fibers, among them ")
            << title(members.front()->fiber) << "\n"
            << frames;
    }
}

json frames_json(const std::vector<stack_frame>& shown) {
    json frames = json::array();
    for (const stack_frame& frame : shown) {
        frames.push_back({{"address", frame.address},
                          {"function", frame.function},
                          {"file", frame.file},
                          {"line", frame.line},
                          {"inlined", frame.inlined}});
    }
    return frames;
}

json json_of(const shown_stack& stack) {
    return {{"id", stack.fiber.row->id},
            {"name", name_of(*stack.fiber.row)},
            {"state", state_of(*stack.fiber.row, *stack.fiber.runtime)},
            {"complete", stack.read.complete},
            {"how", stack.read.how},
            {"problem", stack.read.problem},
            {"frames", frames_json(stack.frames)}};
}

}  // namespace weft::trace_tool
