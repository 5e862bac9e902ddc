// SPDX-License-Identifier: BSL-1.0
#include "fiber_dump.hpp"

#include "debug/stack_capture.hpp"
#include "fiber.hpp"
#include "scheduler.hpp"
#include "trace/stack_survey.hpp"

#include <algorithm>
#include <vector>

namespace weft::testing::detail {

using weft::detail::fiber;
using weft::detail::fiber_state;

namespace {

std::vector<const fiber*> live_fibers(std::span<const std::uint64_t> left_out) {
    std::vector<const fiber*> found;
    const auto& all = weft::detail::current_fiber->home->alive();
    for (const fiber* each = all.first; each != nullptr; each = each->next_alive) {
        const bool unwanted = std::ranges::find(left_out, each->id) != left_out.end();
        if (!unwanted && each->task != nullptr && each->state != fiber_state::finished) {
            found.push_back(each);
        }
    }
    std::ranges::sort(found, {}, &fiber::id);
    return found;
}

std::string state_of(const fiber& shown) {
    switch (shown.state) {
        case fiber_state::created: return "not started";
        case fiber_state::ready: return "ready to run";
        case fiber_state::running: return "running";
        default: return "waits for " + std::string(name_of(shown.reason));
    }
}

std::string line_for(const fiber& shown) {
    const auto& where = shown.spawned_at;
    return "  fiber " + std::to_string(shown.id) + " \"" + name_of(shown) + "\" " +
           state_of(shown) + ", spawned at " + where.file_name() + ":" +
           std::to_string(where.line()) + "\n";
}

std::string stack_lines_for(const fiber& shown) {
    std::string lines;
    if (shown.state != fiber_state::parked || !shown.on_stack || !shown.home->switches_natively()) {
        return lines;
    }
    const auto stack = stack_of(shown);
    for (const auto& each : weft::detail::lines_for({stack.frames.data(), stack.depth})) {
        lines += "      " + each + "\n";
    }
    return lines;
}

}  // namespace

std::string list_fibers(std::span<const std::uint64_t> left_out) {
    std::string lines;
    for (const fiber* each : live_fibers(left_out)) {
        lines += line_for(*each);
    }
    return lines;
}

std::string dump_fibers(std::span<const std::uint64_t> left_out) {
    std::string lines;
    for (const fiber* each : live_fibers(left_out)) {
        lines += line_for(*each) + stack_lines_for(*each);
    }
    return lines;
}

}  // namespace weft::testing::detail
