// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "output/json.hpp"
#include "stacks/debug_files.hpp"
#include "views/fiber_selection.hpp"

namespace weft::trace_tool {

/// A fiber and its stack in words.
struct shown_stack {
    shown_fiber fiber;
    std::vector<stack_frame> frames;
    call_stack read;
};

/// The functions of a stack. Without `all`, those of the runtime and of the standard library are
/// left out, unless nothing else is there.
[[nodiscard]] std::vector<stack_frame> name_frames(const call_stack& stack, debug_files& files,
                                                   bool all);

/// A line for each function, and one that says what is missing.
[[nodiscard]] std::string frames_text(const shown_stack& stack);

void print_stack(std::ostream& out, const shown_stack& stack);

/// The lines of its functions, and why it is not complete, if it is not.
void print_frames(std::ostream& out, const std::vector<stack_frame>& frames,
                  const call_stack& read);
[[nodiscard]] json frames_json(const std::vector<stack_frame>& frames);

/// Each different stack once, with the fibers that have it, the most frequent first.
void print_stack_groups(std::ostream& out, const std::vector<shown_stack>& stacks);

[[nodiscard]] json json_of(const shown_stack& stack);

}  // namespace weft::trace_tool
