// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/net/dns.hpp>
#include <weft/testing/detail/name_service.hpp>
#include <weft/testing/simulated_network.hpp>
#include <weft/testing/tcp_peer.hpp>
#include <weft/testing/udp_peer.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
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
/// Over UDP, and over TCP at the same port. Threads: only on the thread of its runtime.
class dns_peer {
public:
    /// \throws net::error  if there is no port.
    dns_peer();
    dns_peer(const dns_peer&) = delete;
    dns_peer& operator=(const dns_peer&) = delete;
    ~dns_peer() = default;

    /// \throws usage_error  for what is no address.
    void add_name(std::string_view name, const std::vector<std::string>& addresses,
                  std::chrono::seconds ttl = std::chrono::seconds(60));
    void add_name(std::string_view name, name_answer answer);

    /// What is known of `name` does not fit into a datagram: who asks over UDP is told so, and asks
    /// again over TCP. Until the next add_name().
    void truncate(std::string_view name) { names_.truncate(name); }

    [[nodiscard]] const net::address& address() const noexcept { return over_udp_->address(); }
    [[nodiscard]] net::resolver_options options() const;

    /// Questions that have come so far, and those of them that came over TCP.
    [[nodiscard]] std::size_t questions() const noexcept {
        return over_udp_->received() + tcp_questions_;
    }
    [[nodiscard]] std::size_t tcp_questions() const noexcept { return tcp_questions_; }

private:
    void serve(net::tcp_stream& client);

    detail::name_service names_;
    std::size_t tcp_questions_ = 0;
    std::optional<udp_peer> over_udp_;
    std::optional<tcp_peer> over_tcp_;
};

}  // namespace weft::testing
