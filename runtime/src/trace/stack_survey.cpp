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

std::uint32_t stack_of(const fiber& parked, stack_table& stacks) noexcept {
    if (&parked == current_fiber) {  // the loop runs on its stack
        return stacks.number_of(parked.memory, __builtin_frame_address(0));
    }
    const auto frame = saved_word(parked, processor::saved_registers.frame_pointer);
    const auto instruction = saved_word(parked, processor::saved_registers.instruction);
    return stacks.number_of(parked.memory, reinterpret_cast<const void*>(frame), instruction);
}

}  // namespace

bool stack_survey::step(std::span<trace::fiber_row> rows, stack_table& stacks) noexcept {
    const std::size_t end = std::min(next_ + step_size, rows.size());
    for (; next_ < end; ++next_) {
        trace::fiber_row& row = rows[next_];
        const auto* shown = reinterpret_cast<const fiber*>(row.control_block);
        if (row.state == trace::row_state::parked && shown->on_stack) {
            const row_change change(row);
            row.wait_stack = stack_of(*shown, stacks);
        }
    }
    return next_ >= rows.size();
}

}  // namespace weft::detail
