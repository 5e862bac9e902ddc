// SPDX-License-Identifier: BSL-1.0

#include "stacks/frame_walk.hpp"

namespace weft::trace_tool {

void walk_frame_pointers(call_stack& onto, std::uint64_t frame_pointer, const stack_copy& stack) {
    constexpr std::uint64_t word = 8;
    while (onto.frames.size() < deepest_walk && frame_pointer >= stack.low() &&
           frame_pointer < stack.high() && frame_pointer % word == 0) {
        const auto outer = stack.word(frame_pointer);
        const auto caller = stack.word(frame_pointer + word);
        if (!outer || !caller || *caller == 0) {
            return;
        }
        onto.frames.push_back({*caller, false});
        if (*outer <= frame_pointer) {
            return;
        }
        frame_pointer = *outer;
    }
}

}  // namespace weft::trace_tool
