// SPDX-License-Identifier: BSL-1.0

#include "top/screen.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>

#include "output/table.hpp"
#include "views/fiber_text.hpp"
#include "views/lock_list.hpp"

namespace weft::trace_tool {
namespace {

constexpr std::string_view keys = "q quit  p pause  s sort  / filter  Enter stack  l locks  ? help";

constexpr std::array help{
    "q         leave",
    "p, Space  pause: what is shown stays as it is",
    "s         sort by the next: rate, since, waits, name, id, age",
    "/         filter: fibers with this in their name, state or reason; Esc clears it",
    "Enter     everything about the fiber at the cursor, with its stack",
    "l         locks, who holds them and who waits",
    "j, k      down, up; also the arrow keys, Page Up, Page Down, Home, End",
    "Esc       back to the list of fibers",
    "",
    "RATE is waits per second. SINCE: for how long it has been in its state.",
    "A loop that a fiber has kept for more than 25 ms is marked with STALL.",
};

struct column {
    const char* title;
    std::size_t width;
    bool right;
};

/// The last one takes what is left of the line.
std::vector<column> columns_for(std::size_t width) {
    constexpr std::size_t wide = 110;
    std::vector<column> columns{{"ID", 6, true},       {"NAME", 16, false}, {"STATE", 8, false},
                                {"REASON", 10, false}, {"SINCE", 11, true}, {"RATE", 7, true}};
    if (width >= wide) {
        columns[1].width = 26;
        columns.push_back({"SPAWNED-AT", 22, false});
    }
    columns.push_back({"OBJECT", width, false});
    return columns;
}

void put_cells(character_grid& grid, std::size_t row, const std::vector<column>& columns,
               const std::vector<std::string>& cells) {
    std::size_t at = 2;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto& [title, width, right] = columns[i];
        const std::size_t used = right ? std::min(width, columns_of(cells[i])) : width;
        grid.put(row, at + width - used, cells[i], emphasis::none, width);
        at += width + 1;
    }
}

std::vector<std::string> cells_of(const shown_fiber& fiber, const top_model& model,
                                  fiber_text& text, std::size_t columns) {
    const trace::fiber_row& row = *fiber.row;
    const auto speed = std::llround(std::min(model.speeds().waits(row), 1e9));
    std::vector<std::string> cells{std::to_string(row.id),
                                   std::string(name_of(row)),
                                   std::string(state_of(row, *fiber.runtime)),
                                   std::string(reason_of(row, *fiber.runtime)),
                                   duration_text(time_in_state(fiber)),
                                   speed == 0 ? "-" : std::to_string(speed)};
    if (columns > cells.size() + 1) {
        cells.push_back(text.spawned_at(row));
    }
    cells.push_back(text.object(row, *fiber.runtime));
    return cells;
}

void draw_list(character_grid& grid, top_model& model, std::size_t row) {
    const auto columns = columns_for(grid.columns());
    std::vector<std::string> titles;
    for (const column& each : columns) {
        titles.emplace_back(each.title);
    }
    put_cells(grid, row, columns, titles);
    grid.emphasize(row++, emphasis::inverse);
    model.set_visible(grid.rows() - row - 1);
    fiber_text text(model.from(), model.states());
    for (std::size_t i = model.first(); i < model.fibers().size() && row + 1 < grid.rows(); ++i) {
        put_cells(grid, row, columns, cells_of(model.fibers()[i], model, text, columns.size()));
        if (i == model.cursor()) {
            grid.put(row, 0, ">");
            grid.emphasize(row, emphasis::strong);
        }
        ++row;
    }
}

void draw_locks(character_grid& grid, const top_model& model, std::size_t row) {
    std::ostringstream text;
    print_locks(text, model.states());
    std::istringstream lines(text.str());
    for (std::string line; std::getline(lines, line) && row + 1 < grid.rows(); ++row) {
        grid.put(row, 0, line);
        if (line.starts_with("LOCK ")) {
            grid.emphasize(row, emphasis::inverse);
        }
    }
}

void draw_help(character_grid& grid, std::size_t row) {
    for (const char* line : help) {
        if (row + 1 < grid.rows()) {
            grid.put(row++, 0, line);
        }
    }
}

void draw_foot(character_grid& grid, const top_model& model) {
    const std::size_t row = grid.rows() - 1;
    if (model.typing()) {
        grid.put(row, 0, "filter: " + model.filter() + "_   Enter: keep it  Esc: clear it");
        return;
    }
    grid.put(row, 0, keys);
}

}  // namespace

character_grid draw(top_model& model, std::size_t rows, std::size_t columns) {
    character_grid grid(rows, columns);
    if (rows < least_rows || columns < least_columns) {
        grid.put(0, 0, "too small: 40x10 at least");
        return grid;
    }
    const std::size_t row = draw_head(grid, model);
    switch (model.shown()) {
        case top_model::page::fibers: draw_list(grid, model, row); break;
        case top_model::page::locks: draw_locks(grid, model, row); break;
        case top_model::page::one_fiber: draw_fiber(grid, model, row); break;
        case top_model::page::help: draw_help(grid, row); break;
    }
    draw_foot(grid, model);
    return grid;
}

}  // namespace weft::trace_tool
