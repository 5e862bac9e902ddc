// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "dns/answer.hpp"

#include <span>

namespace weft::net::dns {

/// Reads a name server's reply to `asked`.
///
/// Only records of the name itself count, and of the names its CNAME records lead to; c-ares has
/// compared id and question. The TTL is the smallest on the way, for a negative answer that of
/// the zone's SOA record, else 0.
/// Source: RFC 1035 section 4; RFC 2308 sections 2 and 5 (negative answers).
[[nodiscard]] answer read_reply(std::span<const unsigned char> message, const question& asked);

/// The message itself as the answer; with errc::resolver_failure if another server may know better.
/// Source: RFC 1035 section 4.1.1 (RCODE).
[[nodiscard]] answer keep_message(std::span<const unsigned char> message);

}  // namespace weft::net::dns
