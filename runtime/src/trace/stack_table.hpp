// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_events.hpp>
#include <weft/trace_format.hpp>

#include "stack.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace weft::detail {

/// Gives stacks numbers, and keeps them for readers: the same stack has one number.
///
/// A stack is found by following the frame pointers, with which weft is compiled: some 30 ns. It
/// ends where a function without them begins, or where the fiber does. Nothing outside of the
/// fiber's own stack is read.
class stack_table {
public:
    stack_table(std::span<std::uint64_t> room, trace::loop& counts) noexcept
        : room_(room), loop_(counts) {}

    /// Return addresses, innermost first.
    struct chain {
        std::array<std::uint64_t, trace::deepest_stack> frames;
        std::size_t depth = 0;
        bool truncated = false;
    };

    /// Appends what the frame pointers from `frame` on lead to.
    static void follow(chain& found, const stack& whole, const void* frame) noexcept;

    /// The number of a stack that was followed before; 0 if there is no room, which is counted.
    std::uint32_t number_of(const chain& found) noexcept;

    /// The stack whose innermost frame has its frame pointer at `frame`; 0 if there is none, or no
    /// room, which is counted.
    std::uint32_t number_of(const stack& whole, const void* frame) noexcept;

    /// The same for a fiber that is suspended at `instruction`.
    std::uint32_t number_of(const stack& whole, const void* frame,
                            std::uint64_t instruction) noexcept;

private:
    static constexpr std::size_t slots = 65'536;  // of the table of known stacks

    std::uint32_t add(const chain& found, std::uint32_t hash) noexcept;
    [[nodiscard]] bool same(std::uint32_t number, const chain& found,
                            std::uint32_t hash) const noexcept;

    std::span<std::uint64_t> room_;
    trace::loop& loop_;
    std::unique_ptr<std::uint32_t[]> known_;  // numbers, by hash; made at the first stack
};

}  // namespace weft::detail
