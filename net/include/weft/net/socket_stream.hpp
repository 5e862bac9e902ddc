// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/net/address.hpp>
#include <weft/net/stream.hpp>
#include <weft/unique_fd.hpp>

#include <cstddef>
#include <span>

namespace weft::net {

/// A stream over a connected socket; what tcp_stream and unix_stream have in common.
///
/// Moving leaves a closed stream behind; nobody may be reading or writing meanwhile.
class socket_stream : public stream {
public:
    /// Takes over a connected, non-blocking stream socket, for example of a socketpair.
    explicit socket_stream(unique_fd connected, const address& peer = {}) noexcept
        : socket_(std::move(connected)), peer_(peer) {}

    socket_stream(socket_stream&& other) noexcept
        : socket_(std::move(other.socket_)), peer_(other.peer_) {}
    socket_stream& operator=(socket_stream&& other) noexcept;
    ~socket_stream() override = default;

    [[nodiscard]] std::size_t read_some(std::span<std::byte> into) final;
    void write_all(std::span<const std::byte> from) final;
    void shutdown_write() final;
    void close() noexcept final { socket_.reset(); }

    /// Whether close() was not called yet. The peer may be gone all the same.
    [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(socket_); }

    /// Where the other side is, also after its end.
    [[nodiscard]] const address& peer_address() const noexcept { return peer_; }

    /// Where this side is.
    ///
    /// \throws net::error  if the stream is closed.
    [[nodiscard]] address local_address() const;

    /// The descriptor, which stays the stream's, for options; -1 when closed.
    [[nodiscard]] int native() const noexcept { return socket_.get(); }

private:
    unique_fd socket_;
    address peer_;
};

}  // namespace weft::net
