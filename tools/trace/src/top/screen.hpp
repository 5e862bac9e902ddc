// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "top/character_grid.hpp"
#include "top/model.hpp"

namespace weft::trace_tool {

/// The least that `top` can be used on.
inline constexpr std::size_t least_rows = 10;
inline constexpr std::size_t least_columns = 40;

/// Draws what the model shows; tells it how many lines fit.
[[nodiscard]] character_grid draw(top_model& model, std::size_t rows, std::size_t columns);

/// Two lines and one for each loop, four at most: above every page.
[[nodiscard]] std::size_t draw_head(character_grid& grid, const top_model& model);

/// Everything about one fiber, from this row on.
void draw_fiber(character_grid& grid, const top_model& model, std::size_t row);

}  // namespace weft::trace_tool
