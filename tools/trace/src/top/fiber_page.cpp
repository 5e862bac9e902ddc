// SPDX-License-Identifier: BSL-1.0

#include <sstream>

#include "output/table.hpp"
#include "stacks/demangle.hpp"
#include "top/screen.hpp"
#include "views/fiber_names.hpp"
#include "views/fiber_text.hpp"

namespace weft::trace_tool {
namespace {

using facts = std::vector<std::pair<const char*, std::string>>;

facts facts_of(const shown_fiber& fiber, const top_model& model, const fiber_names& names) {
    const trace::fiber_row& row = *fiber.row;
    fiber_text text(model.from(), model.states());
    const std::string function = shortened(text.spawn_function(row));
    const std::string object = text.object(row, *fiber.runtime);
    const std::uint64_t woken = row.woken_by;
    return {{"state", names.activity(row.id) + " for " + duration_text(time_in_state(fiber))},
            {"waits for", object.empty() ? "-" : object},
            {"waits", std::to_string(row.waits) + ", woken last by " +
                          (woken == 0 ? "the loop" : names.label(woken))},
            {"spawned", text.spawned_at(row) + (function.empty() ? "" : " in " + function) +
                            " by " + (row.parent == 0 ? "the program" : names.label(row.parent))},
            {"stack", std::to_string(row.stack_size / 1024) + " KiB, innermost function first:"}};
}

}  // namespace

void draw_fiber(character_grid& grid, const top_model& model, std::size_t row) {
    const fiber_names names(model.states());
    const shown_fiber fiber = names.find(model.chosen());
    grid.put(row, 0, "fiber " + names.label(model.chosen()));
    grid.emphasize(row++, emphasis::inverse);
    if (fiber.row == nullptr) {
        grid.put(row, 0, "It has ended.");
        return;
    }
    for (const auto& [title, text] : facts_of(fiber, model, names)) {
        grid.put(row, 0, title, emphasis::strong);
        grid.put(row++, 11, text);
    }
    std::istringstream lines(frames_text(model.stack()));
    std::size_t skipped = 0;
    for (std::string line; std::getline(lines, line) && row + 1 < grid.rows();) {
        if (skipped++ >= model.first_frame()) {
            grid.put(row++, 0, line);
        }
    }
}

}  // namespace weft::trace_tool
