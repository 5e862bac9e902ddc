// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "host_record.hpp"

#include <string_view>

namespace weft::interpose {

/// What /etc/hosts says of a name, as libc finds it for one family; for both if `family` is
/// AF_UNSPEC. Blocks: the fiber, while the file is read after it has changed.
[[nodiscard]] found_host find_in_hosts(std::string_view name, int family);

/// The same for an address.
[[nodiscard]] found_host find_in_hosts(const host_address& address);

}  // namespace weft::interpose
