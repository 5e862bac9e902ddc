// SPDX-License-Identifier: BSL-1.0

#include "top/character_grid.hpp"

#include <wchar.h>

#include <algorithm>

namespace weft::trace_tool {
namespace {

constexpr bool continues(char byte) noexcept {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// How many bytes a character has that begins with this one; 0: none begins so.
std::size_t length_at(unsigned char first) noexcept {
    return first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/// Takes a character off the front of a text.
char32_t take_character(std::string_view& text) noexcept {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t length = length_at(first);
    if (length == 0 || length > text.size() ||
        !std::all_of(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(length),
                     continues)) {
        text.remove_prefix(1);
        return U'?';
    }
    char32_t character = length == 1 ? first : first & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        character = character << 6U | (static_cast<unsigned char>(text[i]) & 0x3FU);
    }
    text.remove_prefix(length);
    return ::wcwidth(static_cast<wchar_t>(character)) == 1 ? character : U'?';
}

void append(std::string& text, char32_t character) {
    const auto add = [&text](char32_t byte) { text += static_cast<char>(byte); };
    if (character < 0x80) {
        add(character);
        return;
    }
    const std::size_t length = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    add((0xF00U >> length & 0xFFU) | character >> 6 * (length - 1));
    for (std::size_t i = length - 1; i-- > 0;) {
        add(0x80U | (character >> 6 * i & 0x3FU));
    }
}

}  // namespace

std::size_t character_grid::put(std::size_t row, std::size_t column, std::string_view text,
                                emphasis shown, std::size_t width) {
    if (row >= rows_) {
        return column;
    }
    const std::size_t end = column + std::min(width, columns_ - std::min(column, columns_));
    while (!text.empty() && column < end) {
        cells_[row * columns_ + column++] = {take_character(text), shown};
    }
    return column;
}

void character_grid::emphasize(std::size_t row, emphasis shown) {
    for (std::size_t column = 0; row < rows_ && column < columns_; ++column) {
        cells_[row * columns_ + column].shown = shown;
    }
}

std::string character_grid::line(std::size_t row) const {
    std::string text;
    for (std::size_t column = 0; column < columns_; ++column) {
        append(text, at(row, column).character);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

std::size_t columns_of(std::string_view text) noexcept {
    std::size_t columns = 0;
    for (; !text.empty(); ++columns) {
        take_character(text);
    }
    return columns;
}

}  // namespace weft::trace_tool
