// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/net/address.hpp>
#include <weft/net/tcp.hpp>
#include <weft/task.hpp>

#include <cstddef>
#include <functional>

namespace weft::testing {

/// A TCP server that treats each client as a script says, in a fiber of its own, and closes the
/// connection afterwards. It works from its construction to its end, in simulations, too.
///
/// Threads: only on the thread of its runtime.
class tcp_peer {
public:
    /// Failures of the connection end it; what else a script throws is reported to the runtime.
    using script = std::function<void(net::tcp_stream& client)>;

    /// \throws net::error  if it cannot listen.
    explicit tcp_peer(script treat, const net::address& at = net::address::loopback_v4(0));
    tcp_peer(const tcp_peer&) = delete;
    tcp_peer& operator=(const tcp_peer&) = delete;
    ~tcp_peer() = default;

    [[nodiscard]] const net::address& address() const noexcept { return listener_.local_address(); }

    /// Clients that have come so far.
    [[nodiscard]] std::size_t clients() const noexcept { return clients_; }

private:
    void serve();

    script treat_;
    net::tcp_listener listener_;
    std::size_t clients_ = 0;
    task<void> serving_;  // last: it ends before what it uses
};

}  // namespace weft::testing
