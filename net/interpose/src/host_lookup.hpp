// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "host_record.hpp"

#include <string>

namespace weft::interpose {

/// Whether this layer finds names of hosts itself on this machine; else libc does on a thread of
/// the pool.
[[nodiscard]] bool finds_hosts_itself();

/// Whether a name is in ASCII: others are libc's business.
[[nodiscard]] bool is_plain(const char* name) noexcept;

/// Whether gethostbyname() takes a name for an address, good or bad, and looks nothing up.
[[nodiscard]] bool is_literal(const char* name) noexcept;

/// The addresses of a name in one family, or in both for AF_UNSPEC.
///
/// \param and_mapped  with AF_INET6: IPv4 addresses, too, as IPv6 ones, if there are no others.
/// \param all_mapped  the same, also if there are others.
/// Blocks:            the fiber. Cancellation: throws cancelled. \throws net::error
[[nodiscard]] found_host find_host(const std::string& name, int family, bool and_mapped = false,
                                   bool all_mapped = false);

/// The name of an address.
[[nodiscard]] found_host find_host(const host_address& address);

}  // namespace weft::interpose
