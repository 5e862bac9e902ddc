// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "simulation/place.hpp"

#include <weft/detail/value_share.hpp>

namespace weft::testing::detail {

/// The addresses from which a fiber connects.
struct local_hosts {
    place v4;
    place v6;
};

[[nodiscard]] const local_hosts& local_hosts_here() noexcept;

/// Sets them for the calling fiber and what it starts, for a lifetime.
///
/// \param address  the IPv4 one; the IPv6 one is fd00:: with the same last four bytes.
/// \throws usage_error  for what is no IPv4 address.
[[nodiscard]] weft::detail::scoped_value become_host(std::string_view address);

}  // namespace weft::testing::detail
