// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/net/address.hpp>
#include <weft/net/udp.hpp>
#include <weft/task.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::testing {

/// A UDP socket that answers as a script says. It works from its construction to its end, in
/// simulations, too.
///
/// Threads: only on the thread of its runtime.
class udp_peer {
public:
    /// Returns the datagrams that go back; none, one or several.
    using script = std::function<std::vector<std::string>(std::string_view datagram)>;

    /// \throws net::error  if it cannot be bound.
    explicit udp_peer(script answer, const net::address& at = net::address::loopback_v4(0));
    udp_peer(const udp_peer&) = delete;
    udp_peer& operator=(const udp_peer&) = delete;
    ~udp_peer() = default;

    [[nodiscard]] const net::address& address() const noexcept { return local_; }

    /// Datagrams that have come so far.
    [[nodiscard]] std::size_t received() const noexcept { return received_; }

private:
    void serve();

    script answer_;
    net::udp_socket socket_;
    net::address local_;
    std::size_t received_ = 0;
    task<void> serving_;  // last: it ends before what it uses
};

}  // namespace weft::testing
