// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>
#include <weft/net/address.hpp>
#include <weft/unique_fd.hpp>

#include <chrono>

namespace weft::net {

/// What can be chosen for a listening socket.
struct listen_options {
    /// Connections that may wait to be accepted; the kernel caps it (net.core.somaxconn).
    int backlog = 4096;
    /// Lets several listeners share the port, the kernel spreading connections. TCP only.
    bool reuse_port = false;
};

/// A socket that takes connections; what tcp_listener and unix_listener have in common.
class socket_listener {
public:
    socket_listener(socket_listener&&) noexcept = default;
    socket_listener& operator=(socket_listener&&) noexcept = default;

    /// Stops listening: whoever waits in accept() fails. Connections taken before live on.
    /// Idempotent, never blocks.
    void close() noexcept { socket_.reset(); }

    /// Whether close() was not called yet.
    [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(socket_); }

    /// Where it listens, with the port that was assigned when 0 was asked for.
    [[nodiscard]] const address& local_address() const noexcept { return local_; }

    /// The descriptor, which stays the listener's; -1 when closed.
    [[nodiscard]] int native() const noexcept { return socket_.get(); }

protected:
    socket_listener(unique_fd listening, const address& local) noexcept
        : socket_(std::move(listening)), local_(local) {}
    ~socket_listener() = default;

    /// Takes the next connection and tells its peer.
    unique_fd accept_socket(address& peer);

private:
    static constexpr clock::duration first_pause = std::chrono::milliseconds(100);
    static constexpr clock::duration longest_pause = std::chrono::seconds(1);

    unique_fd accept_once(address& peer);
    void wait_for_resources();

    unique_fd socket_;
    address local_;
    clock::duration pause_ = first_pause;  // before accept is tried again without resources
};

}  // namespace weft::net
