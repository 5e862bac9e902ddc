// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::bench {

/// Returns `result` unless it is negative.
///
/// \throws std::system_error  with errno and `operation` if it is.
int check(int result, const char* operation);

/// A non-blocking listening socket on a free port of 127.0.0.1.
[[nodiscard]] int listen_on_loopback();

/// A non-blocking connection to a server on loopback.
///
/// \param index  which of many this is: the source address changes before the ports run out.
[[nodiscard]] int connect_on_loopback(std::uint16_t port, std::size_t index);

/// The local port of a socket.
[[nodiscard]] std::uint16_t port_of(int fd);

/// Turns off Nagle's algorithm.
void send_at_once(int fd);

/// Closes a connection with a reset, so that it leaves no port in TIME_WAIT.
void close_at_once(int fd);

}  // namespace weft::bench
