// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

namespace weft::net::dns {

/// What the system says about names: resolv.conf(5) and its environment variables.
struct configuration {
    std::vector<std::string> servers;  ///< as "address:port", IPv6 in brackets
    std::vector<std::string> domains;  ///< the search list
    int ndots = 1;
};

/// Blocks: the thread, while the files are read.
/// \throws net::error  if c-ares has no memory.
[[nodiscard]] configuration read_configuration();

}  // namespace weft::net::dns
