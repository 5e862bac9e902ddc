// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// The door to the reactor: blocking calls on descriptors that suspend only the calling fiber.
///
/// Every function throws io_error with errno's code, and naming the call, when the system call
/// fails, and cancelled when the surrounding scope is cancelled. Any number of fibers may wait on
/// one descriptor; they are served first come, first served in each direction. Calls outside a
/// fiber throw usage_error. O_NONBLOCK is never changed on a descriptor.
/// A descriptor that was used here must be closed by unique_fd or close(), or forgotten by
/// forget() before; else the reactor takes a new file of the same number for the old one.

#include <weft/unique_fd.hpp>

#include <cstddef>
#include <span>

struct sockaddr;
struct msghdr;

namespace weft::io {

/// Receives what has arrived on a stream socket, at least one byte; 0 at the end of the stream.
///
/// Cancellation: no byte is lost. Source: recv(2).
[[nodiscard]] std::size_t recv(int fd, std::span<std::byte> into);

/// Sends at least one byte of `from` on a stream socket. Never raises SIGPIPE. Source: send(2).
[[nodiscard]] std::size_t send(int fd, std::span<const std::byte> from);

/// Receives one message, for datagrams and ancillary data. `flags` as in recvmsg(2).
[[nodiscard]] std::size_t recvmsg(int fd, msghdr& message, int flags = 0);

/// Sends one message. Never raises SIGPIPE. Source: sendmsg(2).
[[nodiscard]] std::size_t sendmsg(int fd, const msghdr& message, int flags = 0);

/// Reads from a pipe, terminal or other file that can be polled. Source: read(2).
[[nodiscard]] std::size_t read(int fd, std::span<std::byte> into);

/// Writes to a pipe, terminal or other file that can be polled. Never raises SIGPIPE.
/// Source: write(2).
[[nodiscard]] std::size_t write(int fd, std::span<const std::byte> from);

/// Takes the next connection of a listening socket, non-blocking and close-on-exec. A connection
/// that was aborted while it waited is skipped.
///
/// Cancellation: no connection is lost. Source: accept4(2).
/// \param peer, peer_size  as in accept(2); may be null.
[[nodiscard]] unique_fd accept(int fd, sockaddr* peer = nullptr, unsigned* peer_size = nullptr);

/// Connects a non-blocking socket. After a failure or cancellation the socket can only be closed.
///
/// Source: connect(2).
void connect(int fd, const sockaddr* address, unsigned size);

/// Waits until a read would not block: data, end of file or an error is there.
void wait_readable(int fd);

/// Waits until a write would not block.
void wait_writable(int fd);

/// Wakes all fibers that wait on `fd`, which fail with EBADF, and drops what the reactor knows.
///
/// Blocks: never. No effect outside a runtime.
void forget(int fd) noexcept;

/// forget() and close(2).
void close(int fd) noexcept;

}  // namespace weft::io
