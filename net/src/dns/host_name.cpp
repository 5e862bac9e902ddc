// SPDX-License-Identifier: BSL-1.0
#include "dns/host_name.hpp"

#include "quoted.hpp"

#include <weft/net/error.hpp>

#include <algorithm>

namespace weft::net::dns {

namespace {

constexpr std::size_t longest_name = 253;  // bytes of text: 255 on the wire
constexpr std::size_t longest_label = 63;

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_name_byte(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}

bool is_label(std::string_view label) noexcept {
    return !label.empty() && label.size() <= longest_label &&
           std::ranges::all_of(label, is_name_byte);
}

/// Whether other programs would take a name with this last label for an IPv4 address.
bool is_number(std::string_view label) noexcept {
    return std::ranges::all_of(label, is_digit) || label.starts_with("0x");
}

bool is_valid(std::string_view name) noexcept {
    if (name.size() > longest_name) {
        return false;
    }
    for (;;) {
        const auto dot = name.find('.');
        const auto label = name.substr(0, dot);
        if (!is_label(label)) {
            return false;
        }
        if (dot == name.npos) {
            return !is_number(label);
        }
        name.remove_prefix(dot + 1);
    }
}

}  // namespace

host_name parse_host_name(std::string_view host) {
    host_name name{std::string(host), host.ends_with('.')};
    if (name.absolute) {
        name.text.pop_back();
    }
    std::ranges::transform(name.text, name.text.begin(), lower);
    if (!is_valid(name.text)) {
        throw error(errc::invalid_name, "resolve " + detail::quoted(host));
    }
    return name;
}

bool is_localhost(std::string_view name) noexcept {
    return name == "localhost" || name.ends_with(".localhost");
}

std::vector<std::string> search_candidates(const host_name& name,
                                           std::span<const std::string> domains, int ndots) {
    if (name.absolute) {
        return {name.text};
    }
    std::vector<std::string> candidates;
    for (const auto& domain : domains) {
        auto candidate = name.text + '.' + domain;
        if (is_valid(candidate)) {
            candidates.push_back(std::move(candidate));
        }
    }
    const bool as_it_is_first = std::ranges::count(name.text, '.') >= ndots;
    candidates.insert(as_it_is_first ? candidates.begin() : candidates.end(), name.text);
    return candidates;
}

}  // namespace weft::net::dns
