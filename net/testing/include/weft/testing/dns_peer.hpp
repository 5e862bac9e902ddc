// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/net/dns.hpp>
#include <weft/testing/detail/name_service.hpp>
#include <weft/testing/simulated_network.hpp>
#include <weft/testing/udp_peer.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weft::testing {

/// A name server that knows what it was told: a resolver with options() asks it and nobody else.
///
///     dns_peer names;
///     names.add_name("shop.test", {"127.0.0.1", "::1"});
///     net::resolver fake(names.options());
///
/// UDP only. Threads: only on the thread of its runtime.
class dns_peer {
public:
    /// \throws net::error  if there is no port.
    dns_peer();

    /// \throws usage_error  for what is no address.
    void add_name(std::string_view name, const std::vector<std::string>& addresses,
                  std::chrono::seconds ttl = std::chrono::seconds(60));
    void add_name(std::string_view name, name_answer answer);

    [[nodiscard]] const net::address& address() const noexcept { return peer_.address(); }
    [[nodiscard]] net::resolver_options options() const;

    /// Questions that have come so far.
    [[nodiscard]] std::size_t questions() const noexcept { return peer_.received(); }

private:
    detail::name_service names_;
    udp_peer peer_;
};

}  // namespace weft::testing
