// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

namespace weft::detail {

class stack_class;

/// The memory of one stack: [low, low + size), below it a guard page.
struct stack {
    std::byte* low = nullptr;
    std::size_t size = 0;
    std::size_t colour = 0;       // bytes at the top left free, so that stacks differ in cache sets
    stack_class* home = nullptr;  // where it goes back to

    /// One past the highest usable byte.
    [[nodiscard]] std::byte* top() const noexcept { return low + size - colour; }
};

}  // namespace weft::detail
