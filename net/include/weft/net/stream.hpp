// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace weft::net {

/// A two-way stream of bytes: TCP, TLS, a pipe in memory.
///
/// Every blocking call throws weft::cancelled when the surrounding scope is cancelled.
/// Threads: only on the thread of its runtime; one reader and one writer at a time.
class stream {
public:
    stream() = default;
    stream(const stream&) = delete;
    stream& operator=(const stream&) = delete;

    /// Closes the stream if that was not done.
    virtual ~stream() = default;

    /// Reads what has arrived, at least one byte; 0 once the peer has finished sending.
    ///
    /// Blocks:       until a byte arrives or the stream ends.
    /// Cancellation: no byte is lost, a later read continues.
    /// \throws net::error  with the system's code, for example std::errc::connection_reset.
    [[nodiscard]] virtual std::size_t read_some(std::span<std::byte> into) = 0;

    /// Writes all bytes.
    ///
    /// Blocks:       until the transport has taken the last byte.
    /// Cancellation: an unknown number of bytes was written; only closing is sensible.
    /// \throws net::error  with the code and the number of bytes written before.
    virtual void write_all(std::span<const std::byte> from) = 0;

    /// Tells the peer that nothing more will be sent. Reading goes on.
    ///
    /// \throws net::error  with the system's code.
    virtual void shutdown_write() = 0;

    /// Gives up the stream at once. Waiting readers and writers fail. Idempotent.
    ///
    /// Blocks: never.
    virtual void close() noexcept = 0;
};

/// The bytes of `text`, for stream::write_all().
[[nodiscard]] inline std::span<const std::byte> bytes_of(std::string_view text) noexcept {
    return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace weft::net
