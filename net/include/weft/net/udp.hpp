// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/net/address.hpp>
#include <weft/unique_fd.hpp>

#include <cstddef>
#include <span>
#include <utility>

namespace weft::net {

/// What receive_from() received.
struct datagram {
    std::size_t size = 0;    ///< bytes in the buffer; 0 is a valid datagram
    bool truncated = false;  ///< the datagram was longer than the buffer, the rest is gone
    address from;
};

/// A UDP socket. A failure of one datagram leaves it usable.
///
/// Threads: only on the thread of its runtime.
class udp_socket {
public:
    /// Receives at `local`; port 0 picks a free one. An IPv6 socket takes IPv6 only.
    ///
    /// \throws net::error  with the system's code, naming the address.
    [[nodiscard]] static udp_socket bind(const address& local);

    /// A socket that exchanges datagrams with `peer` alone.
    ///
    /// \throws net::error  with the system's code, naming the address.
    [[nodiscard]] static udp_socket connect(const address& peer);

    /// Sends one datagram.
    ///
    /// Blocks:       while the socket's buffer is full.
    /// Cancellation: throws cancelled; nothing was sent.
    /// \throws net::error  with the system's code; (std::errc::already_connected) if the socket is
    ///         connected and `to` is another address.
    void send_to(std::span<const std::byte> from, const address& to);

    /// send_to() the peer of a connected socket.
    void send(std::span<const std::byte> from);

    /// Receives one datagram.
    ///
    /// Blocks:       until there is one.
    /// Cancellation: throws cancelled; no datagram is lost.
    /// \throws net::error  with the system's code; a connected socket also reports
    ///         std::errc::connection_refused when its peer has no such port.
    [[nodiscard]] datagram receive_from(std::span<std::byte> into);

    /// Gives up the socket; waiting fibers fail. Idempotent, never blocks.
    void close() noexcept { socket_.reset(); }

    [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(socket_); }

    /// Where this socket receives, with the port that was assigned.
    ///
    /// \throws net::error  if the socket is closed.
    [[nodiscard]] address local_address() const;

    /// The peer of a connected socket; else of family::any.
    [[nodiscard]] const address& peer_address() const noexcept { return peer_; }

private:
    explicit udp_socket(unique_fd opened, const address& peer = {}) noexcept
        : socket_(std::move(opened)), peer_(peer) {}

    void send_message(std::span<const std::byte> from, const address* to);

    unique_fd socket_;
    address peer_;
};

}  // namespace weft::net
