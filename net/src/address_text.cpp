// SPDX-License-Identifier: BSL-1.0
#include <weft/net/address.hpp>

#include "quoted.hpp"

#include <weft/net/error.hpp>

#include <arpa/inet.h>
#include <net/if.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace weft::net {

namespace {

[[noreturn]] void refuse(std::string_view text, const char* expected) {
    throw error(std::make_error_code(std::errc::invalid_argument),
                "address " + detail::quoted(text) + " is not " + expected);
}

/// A decimal number that fills all of `text`.
template <class Number>
std::optional<Number> number_in(std::string_view text) noexcept {
    Number value{};
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

/// The interface index that a zone names, by number or by name.
std::optional<std::uint32_t> scope_of(const std::string& zone) noexcept {
    if (const auto number = number_in<std::uint32_t>(zone)) {
        return number;
    }
    const unsigned index = if_nametoindex(zone.c_str());
    return index != 0 ? std::optional<std::uint32_t>(index) : std::nullopt;
}

std::optional<address> try_parse_v6(std::string_view literal, std::uint16_t port) {
    const auto percent = literal.find('%');
    std::uint32_t scope = 0;
    if (percent != literal.npos) {
        const auto named = scope_of(std::string(literal.substr(percent + 1)));
        if (!named) {
            return std::nullopt;
        }
        scope = *named;
    }
    std::array<std::uint8_t, 16> bytes{};
    const std::string text(literal.substr(0, percent));
    if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) {
        return std::nullopt;
    }
    return address::v6(bytes, port, scope);
}

}  // namespace

std::optional<address> address::try_parse(std::string_view literal, std::uint16_t port) {
    if (literal.find('\0') != literal.npos) {
        return std::nullopt;
    }
    std::array<std::uint8_t, 4> bytes{};
    if (inet_pton(AF_INET, std::string(literal).c_str(), bytes.data()) == 1) {
        return v4(bytes, port);
    }
    return try_parse_v6(literal, port);
}

address address::parse(std::string_view literal, std::uint16_t port) {
    const auto parsed = try_parse(literal, port);
    if (!parsed) {
        refuse(literal, "an IP address");
    }
    return *parsed;
}

address address::parse_endpoint(std::string_view text, std::uint16_t default_port) {
    constexpr const char* expected = "an IP address with a port";
    std::string_view host = text;
    std::string_view port;
    bool has_port = false;
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == text.npos || (close + 1 < text.size() && text[close + 1] != ':')) {
            refuse(text, expected);
        }
        host = text.substr(1, close - 1);
        has_port = close + 1 < text.size();
        port = has_port ? text.substr(close + 2) : port;
    } else if (std::ranges::count(text, ':') == 1) {
        has_port = true;
        host = text.substr(0, text.find(':'));
        port = text.substr(text.find(':') + 1);
    }
    const auto number = has_port ? number_in<std::uint16_t>(port) : default_port;
    const auto parsed = number ? try_parse(host, *number) : std::nullopt;
    if (!parsed) {
        refuse(text, expected);
    }
    return *parsed;
}

}  // namespace weft::net
