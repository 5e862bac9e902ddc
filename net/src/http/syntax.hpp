// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// The character classes of RFC 9110 section 5.6 and comparisons without case, for ASCII only.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace weft::http {

namespace syntax {

enum : std::uint8_t {
    token_bit = 1,   // tchar
    value_bit = 2,   // field-vchar, obs-text, blank and tab
    target_bit = 4,  // visible ASCII
    host_bit = 8,    // reg-name of RFC 3986
};

constexpr bool is_alpha(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

constexpr std::uint8_t classify(unsigned char c) noexcept {
    const auto as_char = static_cast<char>(c);
    const bool visible = c > 0x20 && c < 0x7f;
    const bool token = is_alpha(as_char) || is_digit(as_char) ||
                       std::string_view("!#$%&'*+-.^_`|~").find(as_char) != std::string_view::npos;
    const bool value = c == '\t' || (c >= 0x20 && c != 0x7f);
    const bool host = is_alpha(as_char) || is_digit(as_char) ||
                      std::string_view("-._~%!$&'()*+,;=").find(as_char) != std::string_view::npos;
    return static_cast<std::uint8_t>((token ? token_bit : 0) | (value ? value_bit : 0) |
                                     (visible ? target_bit : 0) | (host ? host_bit : 0));
}

inline constexpr auto classes = [] {
    std::array<std::uint8_t, 256> made{};
    for (std::size_t c = 0; c < made.size(); ++c) {
        made[c] = classify(static_cast<unsigned char>(c));
    }
    return made;
}();

constexpr bool all_of_class(std::string_view text, std::uint8_t bit) noexcept {
    return std::ranges::all_of(
        text, [bit](char c) { return (classes[static_cast<unsigned char>(c)] & bit) != 0; });
}

}  // namespace syntax

constexpr bool is_token(std::string_view text) noexcept {
    return !text.empty() && syntax::all_of_class(text, syntax::token_bit);
}

/// Whether `text` can be a field value or reason phrase: no control character but the tab.
constexpr bool is_field_value(std::string_view text) noexcept {
    return syntax::all_of_class(text, syntax::value_bit);
}

/// Whether `text` consists of visible ASCII characters.
constexpr bool is_visible(std::string_view text) noexcept {
    return !text.empty() && syntax::all_of_class(text, syntax::target_bit);
}

/// Whether `text` can be a host name in a Host field or URL.
constexpr bool is_registered_name(std::string_view text) noexcept {
    return !text.empty() && syntax::all_of_class(text, syntax::host_bit);
}

constexpr char to_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

constexpr bool equal_without_case(std::string_view left, std::string_view right) noexcept {
    return left.size() == right.size() && std::ranges::equal(left, right, {}, to_lower, to_lower);
}

constexpr std::string_view trim(std::string_view text) noexcept {
    const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && is_blank(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_blank(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

/// Takes the next item off a comma-separated list; items are trimmed and may be empty.
constexpr std::string_view take_item(std::string_view& list) noexcept {
    const auto comma = list.find(',');
    const auto item = trim(list.substr(0, comma));
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
    return item;
}

/// A number of 1 to 19 decimal digits and nothing else.
constexpr std::optional<std::uint64_t> parse_decimal(std::string_view text) noexcept {
    if (text.empty() || text.size() > 19 || !std::ranges::all_of(text, syntax::is_digit)) {
        return {};
    }
    std::uint64_t value = 0;
    for (const char c : text) {
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return value;
}

}  // namespace weft::http
