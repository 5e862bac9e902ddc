// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "http/line_guard.hpp"

#include <weft/http/limits.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weft::http {

/// Takes chunked framing off a body, byte by byte if need be, and strictly for both directions:
/// the length of a chunk is what two programs must never disagree about.
///
/// Trailers are checked and dropped: no field that arrives after the body changes the message.
/// Source: RFC 9112 section 7.1.
class chunked_decoder {
public:
    explicit chunked_decoder(const limits& most) noexcept
        : most_(most), trailers_(most, {.start_line = false, .folding = false}) {}

    /// Takes from the front of `input` and returns the next piece of the body, which lies in
    /// `input`. Empty: more input is needed, or done().
    ///
    /// What is left in `input` must be given again, with more behind it.
    /// \param most  bytes of the piece, 1 or more.
    /// \throws http::error  errc::bad_chunk, errc::bad_field, errc::bad_line_ending,
    ///         errc::head_too_large
    std::string_view decode(std::string_view& input, std::size_t most);

    /// Whether the body has ended.
    [[nodiscard]] bool done() const noexcept { return state_ == state::done; }

    /// Prepares for the next body.
    void reset() noexcept;

private:
    enum class state : std::uint8_t {
        size,       // in the hexadecimal digits
        extension,  // behind a semicolon
        size_lf,    // the LF of the size line comes
        data,       // left_ bytes of data come
        data_cr,    // the CR behind the data comes
        data_lf,    // the LF behind the data comes
        trailers,   // the trailer section comes
        done,
    };

    void take_framing(char c);
    void take_size(char c);
    void take_extension(char c);
    void enter(state next) noexcept;
    void take_trailers(std::string_view& input);

    const limits& most_;
    line_guard trailers_;
    state state_ = state::size;
    std::uint64_t left_ = 0;     // of the chunk
    std::size_t digits_ = 0;     // of the size
    std::size_t line_size_ = 0;  // of the size line so far
};

}  // namespace weft::http
