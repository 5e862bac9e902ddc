// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/socket.h>

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weft::testing::detail {

/// An address and port of the simulated network; IPv4 is mapped into IPv6, as in RFC 4291.
struct place {
    std::array<std::uint8_t, 16> host{};
    std::uint16_t port = 0;

    auto operator<=>(const place&) const = default;

    [[nodiscard]] bool is_v4() const noexcept;
    [[nodiscard]] bool is_loopback() const noexcept;

    /// 0.0.0.0 or ::
    [[nodiscard]] bool is_wildcard() const noexcept;
    [[nodiscard]] place with_port(std::uint16_t other) const noexcept { return {host, other}; }

    /// "10.0.0.1:80", "[::1]:80"; without the port if it is 0.
    [[nodiscard]] std::string text() const;
};

/// What a system call was given; nothing for families that are not simulated.
[[nodiscard]] std::optional<place> place_of(const sockaddr* native, unsigned size) noexcept;

/// Writes `from` where a system call shall deliver it; `size` as in getsockname(2).
void deliver(const place& from, sockaddr* native, unsigned* size) noexcept;

/// Reads "10.0.0.1", "10.0.0.1:80", "::1" or "[::1]:80".
///
/// \throws usage_error  naming the text.
[[nodiscard]] place parse_place(std::string_view text);

}  // namespace weft::testing::detail
