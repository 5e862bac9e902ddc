// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "process/source.hpp"
#include "views/fiber_selection.hpp"

namespace weft::trace_tool {

/// What a fiber has used.
struct fiber_use {
    std::optional<std::uint64_t> ran;          ///< ns, while it was recorded; nothing: it was not
    std::optional<std::uint64_t> longest_run;  ///< ns without a pause, of this
    std::optional<std::uint64_t> stack;        ///< bytes, at most; see touched_memory
};

/// Of each of the fibers, in their order.
[[nodiscard]] std::vector<fiber_use> uses_of(const std::vector<shown_fiber>& fibers,
                                             const source& from);

/// `12 of 256 KiB`.
[[nodiscard]] std::string stack_text(const fiber_use& use, const trace::fiber_row& row);

}  // namespace weft::trace_tool
