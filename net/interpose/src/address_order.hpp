// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "host_record.hpp"

#include <vector>

namespace weft::interpose {

/// Brings addresses into the order of getaddrinfo(): that of RFC 3484 with glibc's tables.
///
/// Blocks: never; asks the kernel by connecting datagram sockets, which sends nothing.
void sort_as_getaddrinfo(std::vector<host_address>& addresses);

}  // namespace weft::interpose
