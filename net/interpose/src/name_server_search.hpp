// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "host_record.hpp"

#include <string>
#include <vector>

namespace weft::interpose {

/// Whether libc's resolver of this thread is set to something that find_by_dns() follows.
[[nodiscard]] bool resolver_can_be_followed() noexcept;

/// What name servers say of a name, as libc's resolver finds it: its servers, times, search domains
/// and options are those of the calling thread's `_res`, which resolv.conf and the program set.
///
/// \param family   AF_UNSPEC: both, asked for together.
/// Blocks:         the fiber. Cancellation: throws cancelled. \throws net::error
[[nodiscard]] found_host find_by_dns(const std::string& name, int family);

/// The name of an address.
[[nodiscard]] found_host find_by_dns(const host_address& address);

}  // namespace weft::interpose
