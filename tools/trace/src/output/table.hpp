// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace weft::trace_tool {

/// Text in columns that are as wide as their widest cell.
class table {
public:
    enum class side { left, right };

    struct column {
        std::string title;
        side aligned = side::left;
    };

    /// \param rows  how many there will be, about.
    explicit table(std::vector<column> columns, std::size_t rows = 0);

    /// The next cell, row by row. What would control a terminal is replaced; an empty cell shows
    /// a dash.
    void add(std::string_view cell);
    void add(std::uint64_t number);

    void print(std::ostream& out) const;

private:
    [[nodiscard]] std::size_t print_row(std::string& line, std::size_t first_cell,
                                        std::size_t begin) const;

    std::vector<column> columns_;
    std::vector<std::size_t> widths_;  // of the columns so far
    std::string text_;                 // of all cells, one after the other: there may be a million
    struct placed_cell {
        std::uint16_t length;  // in text_, bytes
        std::uint16_t width;   // columns
    };
    std::vector<placed_cell> cells_;
};

/// Replaces bytes that would control a terminal by question marks.
[[nodiscard]] std::string printable(std::string_view text);

/// A duration for people: 950 ns, 12.3 us, 4.56 ms, 7.89 s, 3 min 20 s, 5 h 7 min.
[[nodiscard]] std::string duration_text(std::uint64_t nanoseconds);

}  // namespace weft::trace_tool
