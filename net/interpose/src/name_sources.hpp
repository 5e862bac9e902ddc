// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <vector>

namespace weft::interpose {

/// Where names of hosts are looked up.
enum class name_source : std::uint8_t { files, dns };

/// The sources of the line "hosts" in nsswitch.conf, in order; none if the machine is set up in a
/// way that only libc itself can follow: other sources, conditions between them, nscd, gai.conf,
/// HOSTALIASES, services in other places than files.
[[nodiscard]] std::vector<name_source> name_sources();

}  // namespace weft::interpose
