// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/net/address.hpp>

#include <array>
#include <optional>
#include <vector>

namespace weft::net::dns {

/// What the rules of RFC 6724 section 6 compare of a destination, the first rule first; greater
/// goes first. As values they have a strict order, whatever the addresses are.
using destination_rank = std::array<int, 6>;

/// \param from  the address of this machine that the kernel would use; none: `to` is unreachable.
///
/// Rules 3, 4 and 7 (deprecated, home and tunnel addresses) are left out: only the kernel knows,
/// and its choice of `from` has taken account of them.
[[nodiscard]] destination_rank rank_of(const address& to,
                                       const std::optional<address>& from) noexcept;

/// Brings addresses into the order in which to try them; those of equal rank keep theirs. Only the
/// first 64 are looked at, and without descriptors for asking the kernel all stay as they are.
///
/// Blocks: never; asks the kernel by connecting datagram sockets, which sends nothing.
void sort_destinations(std::vector<address>& found);

}  // namespace weft::net::dns
