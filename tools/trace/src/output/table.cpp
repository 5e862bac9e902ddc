// SPDX-License-Identifier: BSL-1.0

#include "output/table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

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

/// Columns that a text takes: UTF-8 continuation bytes take none.
std::size_t width_of(std::string_view text) noexcept {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; }));
}

void append_aligned(std::string& line, std::string_view text, std::size_t width,
                    table::side aligned) {
    const std::size_t padding = width - std::min(width, width_of(text));
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
    lengths_.reserve(rows * columns_.size());
    text_.reserve(rows * usual_row);
    expect_to_fill(text_.data(), text_.capacity());
}

void table::add(std::string_view cell) {
    const std::size_t begin = text_.size();
    text_ += cell.empty() ? std::string_view("-") : cell.substr(0, longest_cell);
    std::replace_if(text_.begin() + static_cast<std::ptrdiff_t>(begin), text_.end(),
                    controls_terminal, '?');
    std::size_t& widest = widths_[lengths_.size() % columns_.size()];
    widest = std::max(widest, width_of(std::string_view(text_).substr(begin)));
    lengths_.push_back(static_cast<std::uint16_t>(text_.size() - begin));
}

void table::add(std::uint64_t number) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    add(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
}

/// Returns where the next row begins in the text.
std::size_t table::print_row(std::string& line, std::size_t first_cell, std::size_t begin) const {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const std::size_t length = lengths_[first_cell + i];
        line += i == 0 ? std::string_view{} : gap;
        append_aligned(line, {text_.data() + begin, length}, widths_[i], columns_[i].aligned);
        begin += length;
    }
    finish_line(line);
    return begin;
}

void table::print(std::ostream& out) const {
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        line += i == 0 ? std::string_view{} : gap;
        append_aligned(line, columns_[i].title, widths_[i], columns_[i].aligned);
    }
    finish_line(line);
    std::size_t begin = 0;
    for (std::size_t first = 0; first + columns_.size() <= lengths_.size();
         first += columns_.size()) {
        begin = print_row(line, first, begin);
        if (line.size() >= piece) {  // a write for each row costs more than making it
            out << line;
            line.clear();
        }
    }
    out << line;
}

std::string duration_text(std::uint64_t nanoseconds) {
    constexpr std::uint64_t second = 1'000'000'000;
    constexpr std::uint64_t minute = 60 * second;
    constexpr std::uint64_t hour = 60 * minute;
    std::array<char, 48> text{};
    const auto print = [&text](const char* format, auto... values) {
        std::snprintf(text.data(), text.size(), format, values...);
        return std::string(text.data());
    };
    const auto ns = static_cast<double>(nanoseconds);
    if (nanoseconds < 1000) {
        return print("%.0f ns", ns);
    }
    if (nanoseconds < 1'000'000) {
        return print("%.1f us", ns / 1e3);
    }
    if (nanoseconds < second) {
        return print("%.2f ms", ns / 1e6);
    }
    if (nanoseconds < minute) {
        return print("%.2f s", ns / 1e9);
    }
    if (nanoseconds < hour) {
        return print("%.0f min %.0f s", static_cast<double>(nanoseconds / minute),
                     static_cast<double>(nanoseconds % minute / second));
    }
    return print("%.0f h %.0f min", static_cast<double>(nanoseconds / hour),
                 static_cast<double>(nanoseconds % hour / minute));
}

}  // namespace weft::trace_tool
