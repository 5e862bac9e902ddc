// SPDX-License-Identifier: BSL-1.0

#include <algorithm>
#include <cmath>
#include <map>

#include "output/table.hpp"
#include "top/screen.hpp"
#include "views/fiber_names.hpp"

namespace weft::trace_tool {
namespace {

constexpr std::size_t most_loops = 4;

std::string count_text(double per_second) {
    return std::to_string(std::llround(std::min(per_second, 1e12)));
}

/// `pingpong (4711)  7 fibers: 2 ready, 5 parked   PAUSED`.
std::string program_line(const top_model& model) {
    std::map<std::string_view, std::size_t> states;
    std::size_t count = 0;
    for (const shown_fiber& fiber : select_fibers(model.states(), {})) {
        ++states[state_of(*fiber.row, *fiber.runtime)];
        ++count;
    }
    std::string text = model.from().program + " (" + std::to_string(model.from().process) + ")  " +
                       std::to_string(count) + (count == 1 ? " fiber" : " fibers");
    const char* between = ": ";
    for (const auto& [state, many] : states) {
        text += between + std::to_string(many) + " " + std::string(state);
        between = ", ";
    }
    return text + (model.ended() ? "   ENDED" : model.paused() ? "   PAUSED" : "");
}

std::string list_line(const top_model& model) {
    std::string text = "sorted by " + model.sort_key();
    if (!model.filter().empty()) {
        text += ", " + std::to_string(model.fibers().size()) + " with \"" + model.filter() + "\"";
    }
    return text;
}

std::string what_loop_does(const runtime_state& state, const fiber_names& names) {
    switch (state.loop.doing) {
        case trace::phase::waiting: return "waits for the kernel";
        case trace::phase::turning: return "looks what is ready";
        case trace::phase::ended: return "has ended";
        case trace::phase::starting: return "starts";
        case trace::phase::running: break;
    }
    return state.loop.running == 0 ? "runs fibers" : "runs " + names.label(state.loop.running);
}

}  // namespace

std::size_t draw_head(character_grid& grid, const top_model& model) {
    grid.put(0, 0, program_line(model), emphasis::strong);
    const fiber_names names(model.states());
    std::size_t row = 1;
    for (std::size_t i = 0; i < std::min(model.states().size(), most_loops); ++i) {
        const runtime_state& state = model.states()[i];
        const auto speed = model.speeds().loop(i);
        const std::uint64_t kept = model.ended() ? 0 : kept_for(state);
        std::string text = "loop " + std::to_string(state.header.thread) + ": ";
        text += kept >= stall ? "STALL, for " + duration_text(kept) + " it " : "";
        text += what_loop_does(state, names) + ", " + count_text(speed.switches) + " switches/s, " +
                count_text(speed.turns) + " turns/s";
        grid.put(row++, 0, text, kept >= stall ? emphasis::warning : emphasis::none);
    }
    grid.put(row++, 0, list_line(model));
    return row;
}

}  // namespace weft::trace_tool
