// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weft::trace_tool {

/// Registers from which a stack is unwound; those that are not known are empty.
struct start_registers {
    std::uint64_t instruction = 0;
    std::uint64_t stack_pointer = 0;
    std::optional<std::uint64_t> frame_pointer;
    std::optional<std::uint64_t> rbx;
    std::vector<std::uint64_t> r12_to_r15;  ///< four of them, or none
};

/// Where a function goes on when the one that it called returns.
struct call_address {
    std::uint64_t address;
    bool exact;  ///< the next instruction itself, not the one after a call
};

/// Addresses in the functions of a stack, innermost first.
struct call_stack {
    std::vector<call_address> frames;
    bool complete = false;  ///< it was followed to its outermost function
    std::string how;        ///< by what means
    std::string problem;    ///< why it is not complete, or could not be read
};

/// Frames of a stack at most.
inline constexpr std::size_t deepest_walk = 256;

}  // namespace weft::trace_tool
