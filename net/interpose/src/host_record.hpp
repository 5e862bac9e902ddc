// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <netdb.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace weft::interpose {

/// An address of either family, in network order; of IPv4 the first four bytes.
struct host_address {
    int family;
    std::array<unsigned char, 16> bytes;

    [[nodiscard]] std::size_t size() const noexcept { return family == AF_INET ? 4 : 16; }
    bool operator==(const host_address&) const = default;
};

/// From a pointer to as many bytes as the family has.
[[nodiscard]] host_address host_address_of(int family, const void* bytes) noexcept;

/// The address as an IPv6 address that stands for one of IPv4.
[[nodiscard]] host_address mapped(const host_address& address) noexcept;

/// The IPv4 address that an IPv6 address stands for by its form; else the address itself.
[[nodiscard]] host_address unmapped(const host_address& address) noexcept;

/// As inet_ntop() writes it.
[[nodiscard]] std::string text_of(const host_address& address);

/// What is known of a host.
struct host_record {
    std::string name;
    std::vector<std::string> aliases;
    std::vector<host_address> addresses;
};

/// What came of looking for a host: a record, or the reason as h_errno.
struct found_host {
    std::optional<host_record> record;
    int reason = 0;
};

/// Writes a record, all of one family, in the form of libc.
///
/// \param room  where texts and pointers go. Returns whether they fit.
[[nodiscard]] bool write_hostent(const host_record& record, int family, hostent& into, char* room,
                                 std::size_t size) noexcept;

/// How much room it takes at most.
[[nodiscard]] std::size_t room_for(const host_record& record) noexcept;

}  // namespace weft::interpose
