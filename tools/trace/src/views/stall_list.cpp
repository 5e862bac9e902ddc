// SPDX-License-Identifier: BSL-1.0

#include "views/stall_list.hpp"

#include "output/table.hpp"
#include "report/stall_text.hpp"
#include "views/stack_list.hpp"

namespace weft::trace_tool {
void print_stall(std::ostream& out, const shown_stall& stall) {
    const trace::stall_row& row = stall.row;
    const auto name = printable(std::string(row.name.data()));
    out << '#' << row.fiber << (name.empty() ? "" : " \"" + name + "\"")
        << (row.ended != 0 ? " kept the loop for " : " has kept the loop for ")
        << duration_text(row.lasted) << ", " << duration_text(row.processor)
        << " on the processor: " << cause_text(row.cause, row.system_call) << '\n';
    if (row.ready > 0) {
        out << "    " << row.ready << (row.ready == 1 ? " fiber was" : " fibers were")
            << " ready meanwhile\n";
    }
    if (row.repeated > 0) {
        out << "    and " << row.repeated << " more at this place, the longest "
            << duration_text(row.longest) << '\n';
    }
    print_frames(out, stall.frames, stall.read);
}

json json_of(const shown_stall& stall) {
    const trace::stall_row& row = stall.row;
    return {{"number", row.number},
            {"fiber", row.fiber},
            {"name", row.name.data()},
            {"ended", row.ended != 0},
            {"cause", name_of(row.cause)},
            {"lasted", row.lasted},
            {"processor", row.processor},
            {"waitedForProcessor", row.waited},
            {"minorFaults", row.minor_faults},
            {"majorFaults", row.major_faults},
            {"systemCall", row.system_call < 0 ? "" : system_call_name(row.system_call)},
            {"ready", row.ready},
            {"repeated", row.repeated},
            {"longest", row.longest},
            {"complete", stall.read.complete},
            {"problem", stall.read.problem},
            {"frames", frames_json(stall.frames)}};
}

shown_stall stall_of(const stall_summary& recorded, const summary& in, frame_names& names) {
    constexpr std::uint64_t nanoseconds = 1000;
    shown_stall made{};
    made.row.fiber = recorded.fiber;
    made.row.ended = 1;
    made.row.cause = recorded.cause;
    made.row.lasted = made.row.longest = recorded.lasted;
    made.row.processor = recorded.microseconds * nanoseconds;
    made.row.ready = recorded.ready;
    made.row.system_call = -1;
    in.fiber_name(recorded.fiber).copy(made.row.name.data(), made.row.name.size() - 1);
    if (const auto found = in.stacks.find(recorded.stack); found != in.stacks.end()) {
        made.frames = names.functions_of(found->second);
    }
    made.read.problem = "followed by frame pointers when it was recorded";
    return made;
}

}  // namespace weft::trace_tool
