// SPDX-License-Identifier: BSL-1.0
#include "trace/stack_survey.hpp"

#include "fiber.hpp"
#include "trace/processor.hpp"
#include "trace/row_change.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace weft::detail {

namespace {

std::uint64_t saved_word(const fiber& suspended, std::uint32_t offset) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, static_cast<const std::byte*>(suspended.context) + offset, sizeof word);
    return word;
}

}  // namespace

stack_table::chain stack_of(const fiber& parked) noexcept {
    stack_table::chain found;
    const void* frame = __builtin_frame_address(0);  // the loop may run on its stack
    if (&parked != current_fiber) {
        found.frames[found.depth++] = saved_word(parked, processor::saved_registers.instruction);
        const auto saved = saved_word(parked, processor::saved_registers.frame_pointer);
        frame = reinterpret_cast<const void*>(saved);
    }
    stack_table::follow(found, parked.memory, frame);
    return found;
}

bool stack_survey::step(std::span<trace::fiber_row> rows, stack_table& stacks) noexcept {
    const std::size_t end = std::min(next_ + step_size, rows.size());
    for (; next_ < end; ++next_) {
        trace::fiber_row& row = rows[next_];
        const auto* shown = reinterpret_cast<const fiber*>(row.control_block);
        if (row.state == trace::row_state::parked && shown->on_stack) {
            const row_change change(row);
            row.wait_stack = stacks.number_of(stack_of(*shown));
        }
    }
    return next_ >= rows.size();
}

}  // namespace weft::detail
