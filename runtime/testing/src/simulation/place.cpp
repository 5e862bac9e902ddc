// SPDX-License-Identifier: BSL-1.0
#include "simulation/place.hpp"

#include <weft/error.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <span>

namespace weft::testing::detail {

namespace {

constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool parse_host(const std::string& text, place& into) {
    if (::inet_pton(AF_INET, text.c_str(), into.host.data() + mapped.size()) == 1) {
        std::ranges::copy(mapped, into.host.begin());
        return true;
    }
    return ::inet_pton(AF_INET6, text.c_str(), into.host.data()) == 1;
}

bool parse_port(std::string_view text, place& into) {
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), into.port);
    return failure == std::errc() && end == text.data() + text.size();
}

/// Splits "[::1]:80" or "10.0.0.1:80".
bool parse_with_port(std::string_view text, place& into) {
    const auto colon = text.rfind(':');
    if (colon == text.npos || !parse_port(text.substr(colon + 1), into)) {
        return false;
    }
    auto host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    }
    return parse_host(std::string(host), into);
}

}  // namespace

bool place::is_v4() const noexcept {
    return std::ranges::equal(mapped, std::span(host).first<12>());
}

bool place::is_loopback() const noexcept {
    return is_v4()
               ? host[12] == 127
               : std::all_of(host.begin(), host.end() - 1, [](auto each) { return each == 0; }) &&
                     host[15] == 1;
}

bool place::is_wildcard() const noexcept {
    const auto from = host.begin() + (is_v4() ? 12 : 0);
    return std::all_of(from, host.end(), [](auto each) { return each == 0; });
}

std::string place::text() const {
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    const bool v4 = is_v4();
    ::inet_ntop(v4 ? AF_INET : AF_INET6, host.data() + (v4 ? 12 : 0), buffer.data(), buffer.size());
    std::string shown = buffer.data();
    if (port == 0) {
        return shown;
    }
    return (v4 ? shown : "[" + shown + "]") + ":" + std::to_string(port);
}

std::optional<place> place_of(const sockaddr* native, unsigned size) noexcept {
    place found;
    if (native->sa_family == AF_INET && size >= sizeof(sockaddr_in)) {
        const auto& v4 = *reinterpret_cast<const sockaddr_in*>(native);
        std::ranges::copy(mapped, found.host.begin());
        std::memcpy(found.host.data() + mapped.size(), &v4.sin_addr, 4);
        found.port = ntohs(v4.sin_port);
        return found;
    }
    if (native->sa_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
        const auto& v6 = *reinterpret_cast<const sockaddr_in6*>(native);
        std::memcpy(found.host.data(), &v6.sin6_addr, 16);
        found.port = ntohs(v6.sin6_port);
        return found;
    }
    return {};
}

void deliver(const place& from, sockaddr* native, unsigned* size) noexcept {
    if (native == nullptr || size == nullptr) {
        return;
    }
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    const void* whole = &v6;
    unsigned length = sizeof v6;
    if (from.is_v4()) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(from.port);
        std::memcpy(&v4.sin_addr, from.host.data() + mapped.size(), 4);
        whole = &v4;
        length = sizeof v4;
    } else {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(from.port);
        std::memcpy(&v6.sin6_addr, from.host.data(), 16);
    }
    std::memcpy(native, whole, std::min(*size, length));
    *size = length;
}

place parse_place(std::string_view text) {
    place found;
    if (parse_host(std::string(text), found)) {
        return found;
    }
    if (!parse_with_port(text, found)) {
        throw usage_error("simulation: \"" + std::string(text) + "\" is no address");
    }
    return found;
}

}  // namespace weft::testing::detail
