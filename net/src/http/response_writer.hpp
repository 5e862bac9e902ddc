// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "http/message_writer.hpp"
#include "http/phase_clock.hpp"
#include "http/tick_limits.hpp"

#include <weft/http/message.hpp>
#include <weft/net/stream.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weft::http {

/// Sends the responses of a connection, one after the other, whole or in pieces. Every 64 KiB has
/// the time limit of phase::writing.
///
/// Lifetime: stream, clock and limits outlive it.
class response_writer {
public:
    response_writer(net::stream& to, phase_clock& clock, const tick_limits& times) noexcept
        : to_(to), clock_(clock), times_(times) {}

    /// Sends a whole response.
    ///
    /// \throws http::error  as write_response_head(), before anything is sent; the stream's error.
    void send(const response& whole, const response_context& context);

    /// Sends a head, with its body as the first of the pieces that write() sends.
    ///
    /// \param context  says that the body is streamed.
    /// \throws as send().
    void begin(const response& head, const response_context& context);

    /// \throws http::error  errc::length_mismatch, beyond the announced length; the stream's error.
    void write(std::string_view piece);

    /// Ends the body that begin() began.
    ///
    /// \throws http::error  errc::length_mismatch, below the announced length; the stream's error.
    void finish();

    /// Whether a response was begun and is not complete, so that no other may be sent.
    [[nodiscard]] bool is_open() const noexcept { return open_; }

    /// Gives back memory that a large response needed.
    void trim();

private:
    void count(std::size_t added);
    void append_piece(std::string_view piece);
    void flush();

    net::stream& to_;
    phase_clock& clock_;
    const tick_limits& times_;
    std::string output_;
    std::optional<std::uint64_t> left_;  // of the announced length
    bool open_ = false;
    bool with_body_ = false;
    bool chunked_ = false;
};

/// Swaps away memory beyond what is kept for the next message.
void trim(std::string& buffer);

}  // namespace weft::http
