// SPDX-License-Identifier: BSL-1.0

#include "output/table.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "memory/large_memory.hpp"

namespace weft::trace_tool {
namespace {

constexpr std::string_view gap = "  ";
constexpr std::size_t piece = 65'536;
constexpr std::size_t longest_cell = 65'535;  // bytes

bool controls_terminal(char byte) noexcept {
    const auto code = static_cast<unsigned char>(byte);
    return code < ' ' || code == 0x7F;
}

/// Of a character in UTF-8 that an earlier byte began.
bool is_continuation(char byte) noexcept {
    return (byte & 0xC0) == 0x80;
}

/// Columns that a text takes.
std::size_t width_of(std::string_view text) noexcept {
    return text.size() -
           static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_continuation));
}

void append_aligned(std::string& line, std::string_view text, std::size_t padding,
                    table::side aligned) {
    if (aligned == table::side::right) {
        line.append(padding, ' ');
    }
    line += text;
    if (aligned == table::side::left) {
        line.append(padding, ' ');
    }
}

void finish_line(std::string& line) {
    line.erase(line.find_last_not_of(' ') + 1);  // a row ends in a cell, which is not empty
    line += '\n';
}

}  // namespace

std::string printable(std::string_view text) {
    std::string result(text);
    std::replace_if(result.begin(), result.end(), controls_terminal, '?');
    return result;
}

table::table(std::vector<column> columns, std::size_t rows) : columns_(std::move(columns)) {
    for (const column& each : columns_) {
        widths_.push_back(width_of(each.title));
    }
    constexpr std::size_t usual_row = 100;  // bytes
    cells_.reserve(rows * columns_.size());
    text_.reserve(rows * usual_row);
    expect_to_fill(text_.data(), text_.capacity());
}

void table::add(std::string_view cell) {
    cell = cell.empty() ? std::string_view("-") : cell.substr(0, longest_cell);
    const std::size_t begin = text_.size();
    text_ += cell;
    bool controls = false;
    std::size_t width = 0;
    for (const char byte : cell) {
        controls = controls || controls_terminal(byte);
        width += is_continuation(byte) ? 0 : 1;
    }
    if (controls) {
        std::replace_if(text_.begin() + static_cast<std::ptrdiff_t>(begin), text_.end(),
                        controls_terminal, '?');
    }
    std::size_t& widest = widths_[cells_.size() % columns_.size()];
    widest = std::max(widest, width);
    cells_.push_back({static_cast<std::uint16_t>(cell.size()), static_cast<std::uint16_t>(width)});
}

void table::add(std::uint64_t number) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    add(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
}

/// Returns where the next row begins in the text.
std::size_t table::print_row(std::string& line, std::size_t first_cell, std::size_t begin) const {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const placed_cell& shown = cells_[first_cell + i];
        line += i == 0 ? std::string_view{} : gap;
        append_aligned(line, {text_.data() + begin, shown.length}, widths_[i] - shown.width,
                       columns_[i].aligned);
        begin += shown.length;
    }
    finish_line(line);
    return begin;
}

void table::print(std::ostream& out) const {
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        line += i == 0 ? std::string_view{} : gap;
        append_aligned(line, columns_[i].title, widths_[i] - width_of(columns_[i].title),
                       columns_[i].aligned);
    }
    finish_line(line);
    std::size_t begin = 0;
    for (std::size_t first = 0; first + columns_.size() <= cells_.size();
         first += columns_.size()) {
        begin = print_row(line, first, begin);
        if (line.size() >= piece) {  // a write for each row costs more than making it
            out << line;
            line.clear();
        }
    }
    out << line;
}

namespace {

/// A number of units with so many parts of each, 10 or 100, as a decimal fraction.
std::string decimal(std::uint64_t nanoseconds, std::uint64_t unit, std::uint64_t parts,
                    const char* name) {
    const std::uint64_t rounded = (nanoseconds * parts + unit / 2) / unit;
    std::string text = std::to_string(rounded / parts) + ".";
    const std::string fraction = std::to_string(rounded % parts);
    text.append(parts == 100 && fraction.size() == 1 ? 1 : 0, '0');
    return text + fraction + name;
}

}  // namespace

std::string duration_text(std::uint64_t nanoseconds) {
    constexpr std::uint64_t second = 1'000'000'000;
    constexpr std::uint64_t minute = 60 * second;
    constexpr std::uint64_t hour = 60 * minute;
    if (nanoseconds < 1'000) {
        return std::to_string(nanoseconds) + " ns";
    }
    if (nanoseconds < 1'000'000) {
        return decimal(nanoseconds, 1'000, 10, " us");
    }
    if (nanoseconds < second) {
        return decimal(nanoseconds, 1'000'000, 100, " ms");
    }
    if (nanoseconds < minute) {
        return decimal(nanoseconds, second, 100, " s");
    }
    if (nanoseconds < hour) {
        return std::to_string(nanoseconds / minute) + " min " +
               std::to_string(nanoseconds % minute / second) + " s";
    }
    return std::to_string(nanoseconds / hour) + " h " +
           std::to_string(nanoseconds % hour / minute) + " min";
}

}  // namespace weft::trace_tool
