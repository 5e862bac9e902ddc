// SPDX-License-Identifier: BSL-1.0
#include "simulation/local_hosts.hpp"

#include <weft/error.hpp>
#include <weft/fiber_local.hpp>

#include <algorithm>

namespace weft::testing::detail {

namespace {

place unique_local(const place& v4) {
    place v6;
    v6.host[0] = 0xfd;
    std::copy(v4.host.begin() + 12, v4.host.end(), v6.host.begin() + 12);
    return v6;
}

local_hosts first_host() {
    auto v6 = parse_place("fd00::1");
    return {parse_place("10.0.0.1"), v6};
}

fiber_local<local_hosts>& of_fiber() {
    static fiber_local<local_hosts> hosts(first_host());
    return hosts;
}

}  // namespace

const local_hosts& local_hosts_here() noexcept {
    return of_fiber().get();
}

weft::detail::scoped_value become_host(std::string_view address) {
    const place v4 = parse_place(address);
    if (!v4.is_v4() || v4.port != 0) {
        throw usage_error("simulation: \"" + std::string(address) + "\" is no IPv4 address");
    }
    return of_fiber().scoped({v4, unique_local(v4)});
}

}  // namespace weft::testing::detail
