// SPDX-License-Identifier: BSL-1.0

#include "views/fiber_use.hpp"

#include "analysis/tick_scale.hpp"
#include "process/touched_memory.hpp"

namespace weft::trace_tool {
namespace {

fiber_use use_of(const shown_fiber& fiber, touched_memory& memory) {
    const trace::fiber_row& row = *fiber.row;
    fiber_use use;
    if ((row.known & trace::row_ticks) != 0) {
        const tick_scale scale(fiber.runtime->header.started, fiber.runtime->loop.latest);
        use.ran = scale.duration(row.run_ticks);
        use.longest_run = scale.duration(row.longest_run);
    }
    use.stack = memory.depth(row.stack_low, row.stack_size);
    return use;
}

}  // namespace

std::vector<fiber_use> uses_of(const std::vector<shown_fiber>& fibers, const source& from) {
    touched_memory memory(from.process);
    std::vector<fiber_use> uses;
    uses.reserve(fibers.size());
    for (const shown_fiber& fiber : fibers) {
        uses.push_back(use_of(fiber, memory));
    }
    return uses;
}

std::string stack_text(const fiber_use& use, const trace::fiber_row& row) {
    constexpr std::uint64_t kib = 1024;
    const std::string size = std::to_string(row.stack_size / kib) + " KiB";
    return use.stack ? std::to_string((*use.stack + kib - 1) / kib) + " of " + size : size;
}

}  // namespace weft::trace_tool
