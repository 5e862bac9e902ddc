// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/net/address.hpp>
#include <weft/net/socket_listener.hpp>
#include <weft/net/socket_stream.hpp>

namespace weft::net {

/// A TCP connection. Small writes are sent at once (TCP_NODELAY); none raises SIGPIPE.
class tcp_stream final : public socket_stream {
public:
    using socket_stream::socket_stream;

    /// Opens a connection to `peer`. By name: see tcp_connector.
    ///
    /// Blocks:       until the peer has answered.
    /// Cancellation: throws cancelled; the socket is closed.
    /// \throws net::error  with the system's code, naming the address.
    [[nodiscard]] static tcp_stream connect(const address& peer);
};

/// Takes TCP connections.
class tcp_listener final : public socket_listener {
public:
    /// Listens at `local`; port 0 picks a free one. An IPv6 listener takes IPv6 only.
    ///
    /// Blocks: never.
    /// \throws net::error  with the system's code, naming the address.
    [[nodiscard]] static tcp_listener listen(const address& local, listen_options options = {});

    /// Takes the next connection.
    ///
    /// Connections that ended while they waited are skipped. Without descriptors or memory for
    /// another one it pauses for 100 ms, then longer up to 1 s, and tries again.
    /// Blocks:       until there is one.
    /// Cancellation: throws cancelled; no connection is lost.
    /// \throws net::error  (std::errc::bad_file_descriptor) once the listener is closed.
    [[nodiscard]] tcp_stream accept();

private:
    using socket_listener::socket_listener;
};

}  // namespace weft::net
