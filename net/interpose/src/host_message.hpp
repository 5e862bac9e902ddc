// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "host_record.hpp"

#include <optional>
#include <span>

namespace weft::interpose {

/// A message of a name server.
using dns_message = std::span<const unsigned char>;

/// Its RCODE, of one that has a header.
[[nodiscard]] int code_of(dns_message message) noexcept;

/// Whether it has answers and says that there is no error.
[[nodiscard]] bool has_records(dns_message message) noexcept;

/// Adds the addresses that an answer for a type gives, and its names if there are none yet.
///
/// \throws std::bad_alloc
void add_addresses(host_record& to, dns_message message, int type);

/// The names in an answer for an address; nothing if there is none. \throws std::bad_alloc
[[nodiscard]] std::optional<host_record> names_of(const host_address& address, dns_message message);

}  // namespace weft::interpose
