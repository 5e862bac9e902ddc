// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

#include "stacks/call_stack.hpp"
#include "stacks/stack_copy.hpp"

namespace weft::trace_tool {

/// Appends the callers that are found by frame pointers, beginning with the caller of the function
/// whose frame pointer is given. Ends where the chain leaves the copy of the stack or does not go
/// outward; that is its outermost function only if all functions keep frame pointers.
void walk_frame_pointers(call_stack& onto, std::uint64_t frame_pointer, const stack_copy& stack);

}  // namespace weft::trace_tool
