// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/http/message.hpp>

#include <cstddef>
#include <span>
#include <string_view>

namespace weft::http {

/// One request as it arrives and its response as it is sent, for handlers that do not want whole
/// bodies in memory.
///
/// When the connection fails, the failure is thrown by the call that meets it; the connection then
/// ends whatever the handler does.
/// Lifetime: the call of the handler. Threads: only on the thread of its runtime.
class server_exchange {
public:
    server_exchange(const server_exchange&) = delete;
    server_exchange& operator=(const server_exchange&) = delete;
    virtual ~server_exchange() = default;

    /// The head of the request. Its body stays empty.
    [[nodiscard]] virtual const request& asked() const noexcept = 0;

    /// Reads what has arrived of the request's body, at least one byte; 0 at its end.
    ///
    /// The first call invites a client that waits for 100 Continue.
    /// Blocks:       until a byte arrives, for at most server_options::body_timeout for each
    ///               64 KiB; then the connection is refused with 408.
    /// Cancellation: nothing is lost.
    /// \throws http::error  for a malformed or incomplete body, or one beyond
    ///         server_options::max_body; net::error  if the connection failed.
    [[nodiscard]] virtual std::size_t read_some(std::span<char> into) = 0;

    /// Sends a whole response.
    ///
    /// Blocks:       as write().
    /// Cancellation: passes; the connection ends.
    /// \throws usage_error  after an earlier respond() or begin(); http::error  if the response
    ///         cannot be sent as it is, nothing was sent then; net::error  if the connection
    ///         failed.
    virtual void respond(const response& whole) = 0;

    /// Sends the head of a response, with its body as the first piece.
    ///
    /// With a Content-Length the pieces must come to it; otherwise the body is chunked or, for
    /// clients of HTTP/1.0, ends with the connection. What is unread of the request at this moment
    /// makes this the last exchange of the connection.
    /// Blocks, Cancellation, \throws: as respond().
    virtual void begin(const response& head) = 0;

    /// Sends a piece of the body that begin() began; nothing for a response that has none.
    ///
    /// Blocks:       until the transport has taken it, so a client that reads slowly holds up its
    ///               own handler; for at most server_options::write_timeout for each 64 KiB, after
    ///               which the connection ends.
    /// Cancellation: passes; the connection ends.
    /// \throws usage_error  before begin(); http::error  (errc::length_mismatch) beyond the
    ///         Content-Length; net::error  if the connection failed.
    virtual void write(std::string_view piece) = 0;

protected:
    server_exchange() = default;
};

}  // namespace weft::http
