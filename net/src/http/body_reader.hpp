// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "http/chunked_decoder.hpp"
#include "http/framing.hpp"
#include "http/input_buffer.hpp"

#include <weft/http/limits.hpp>
#include <weft/net/stream.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace weft::http {

/// Reads the body of a message off a connection and stops exactly at its end.
///
/// Lifetime: stream, buffer and limits outlive it.
class body_reader {
public:
    body_reader(net::stream& from, input_buffer& buffered, const limits& most) noexcept
        : from_(from), buffered_(buffered), chunks_(most) {}

    /// Begins the body of the next message.
    void start(message_framing framing);

    /// Reads at least one byte; 0 at the end of the body.
    ///
    /// Blocks:       until a byte arrives or the body ends.
    /// Cancellation: nothing is lost.
    /// \throws http::error  errc::length_mismatch, errc::incomplete_body, as chunked_decoder; or
    ///         the stream's error.
    std::size_t read_some(std::span<char> into);

    /// Whether the body was read to its end.
    [[nodiscard]] bool ended() const noexcept { return ended_; }

    /// Bytes of the body read so far.
    [[nodiscard]] std::uint64_t received() const noexcept { return received_; }

private:
    std::size_t read_counted(std::span<char> into);
    std::size_t read_chunked(std::span<char> into);
    std::size_t read_until_close(std::span<char> into);
    std::size_t read_plain(std::span<char> into);

    net::stream& from_;
    input_buffer& buffered_;
    chunked_decoder chunks_;
    message_framing framing_;
    std::uint64_t received_ = 0;
    bool ended_ = true;
};

}  // namespace weft::http
