// SPDX-License-Identifier: BSL-1.0

#include "output/table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace weft::trace_tool {
namespace {

constexpr std::string_view gap = "  ";

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
    line.erase(line.find_last_not_of(' ') + 1);
    line += '\n';
}

}  // namespace

std::string printable(std::string_view text) {
    std::string result(text);
    std::replace_if(result.begin(), result.end(), controls_terminal, '?');
    return result;
}

void table::add(std::string_view cell) {
    const std::size_t begin = text_.size();
    text_ += cell.empty() ? std::string_view("-") : cell;
    std::replace_if(text_.begin() + static_cast<std::ptrdiff_t>(begin), text_.end(),
                    controls_terminal, '?');
    ends_.push_back(text_.size());
}

void table::add(std::uint64_t number) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    add(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
}

std::vector<std::size_t> table::widths() const {
    std::vector<std::size_t> widths;
    for (const column& each : columns_) {
        widths.push_back(width_of(each.title));
    }
    std::size_t begin = 0;
    for (std::size_t i = 0; i < ends_.size(); ++i) {
        std::size_t& widest = widths[i % columns_.size()];
        const std::string_view cell(text_.data() + begin, ends_[i] - begin);
        widest = std::max(widest, width_of(cell));
        begin = ends_[i];
    }
    return widths;
}

void table::print_row(std::string& line, const std::vector<std::size_t>& widths,
                      std::size_t first_cell) const {
    std::size_t begin = first_cell == 0 ? 0 : ends_[first_cell - 1];
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const std::size_t end = ends_[first_cell + i];
        line += i == 0 ? std::string_view{} : gap;
        append_aligned(line, {text_.data() + begin, end - begin}, widths[i], columns_[i].aligned);
        begin = end;
    }
    finish_line(line);
}

void table::print(std::ostream& out) const {
    const auto wide = widths();
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        line += i == 0 ? std::string_view{} : gap;
        append_aligned(line, columns_[i].title, wide[i], columns_[i].aligned);
    }
    finish_line(line);
    out << line;
    for (std::size_t first = 0; first + columns_.size() <= ends_.size(); first += columns_.size()) {
        line.clear();
        print_row(line, wide, first);
        out << line;
    }
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
