// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_events.hpp>

#include <ostream>
#include <vector>

#include "analysis/frame_names.hpp"
#include "analysis/summary.hpp"
#include "output/json.hpp"
#include "stacks/debug_files.hpp"
#include "stacks/fiber_stack.hpp"

namespace weft::trace_tool {

/// A stall with where it was. Times are ns.
struct shown_stall {
    trace::stall_row row;
    call_stack read;
    std::vector<stack_frame> frames;
};

void print_stall(std::ostream& out, const shown_stall& stall);
[[nodiscard]] json json_of(const shown_stall& stall);

/// One of a recording.
/// \param names  of functions in it.
[[nodiscard]] shown_stall stall_of(const stall_summary& recorded, const summary& in,
                                   frame_names& names);

}  // namespace weft::trace_tool
