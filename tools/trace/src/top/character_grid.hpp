// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft::trace_tool {

/// How a character stands out. Nothing is said by this alone: a terminal may show none of it.
enum class emphasis : std::uint8_t { none, strong, inverse, warning };

/// A screen of characters that are one column wide each, before it is known where it is shown.
class character_grid {
public:
    struct cell {
        char32_t character = U' ';
        emphasis shown = emphasis::none;
    };

    character_grid(std::size_t rows, std::size_t columns)
        : rows_(rows), columns_(columns), cells_(rows * columns) {}

    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::size_t columns() const noexcept { return columns_; }
    [[nodiscard]] const cell& at(std::size_t row, std::size_t column) const {
        return cells_[row * columns_ + column];
    }

    /// Writes UTF-8, cut off at the right border and after `width` columns. What would control a
    /// terminal, is no UTF-8 or is not one column wide becomes a question mark. Returns the column
    /// behind it. A row that does not exist takes nothing.
    std::size_t put(std::size_t row, std::size_t column, std::string_view text,
                    emphasis shown = emphasis::none, std::size_t width = SIZE_MAX);

    /// Shows a whole row in this way.
    void emphasize(std::size_t row, emphasis shown);

    /// A row as UTF-8, without blanks at its end.
    [[nodiscard]] std::string line(std::size_t row) const;

private:
    std::size_t rows_;
    std::size_t columns_;
    std::vector<cell> cells_;
};

/// How many columns put() needs for a text.
[[nodiscard]] std::size_t columns_of(std::string_view text) noexcept;

}  // namespace weft::trace_tool
