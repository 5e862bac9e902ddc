// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_format.hpp>

#include "trace/stack_table.hpp"

#include <cstddef>
#include <span>

namespace weft::detail {

struct fiber;

/// The stack of a parked fiber that the native engine switches; the loop may run on it.
[[nodiscard]] stack_table::chain stack_of(const fiber& parked) noexcept;

/// Notes the stacks of all parked fibers in their rows, some at a time, because a tool asks.
///
/// The loop takes part between two fibers, when nobody changes a suspended stack. Only for stacks
/// that the native engine switches.
class stack_survey {
public:
    /// Fibers looked at in one step: some 10 us.
    static constexpr std::size_t step_size = 256;

    void begin() noexcept { next_ = 0; }

    /// Looks at the next rows. Returns whether all have been seen.
    bool step(std::span<trace::fiber_row> rows, stack_table& stacks) noexcept;

private:
    std::size_t next_ = 0;
};

}  // namespace weft::detail
