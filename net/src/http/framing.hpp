// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weft::http {

/// How the end of a body is found.
enum class body_kind : std::uint8_t {
    none,         ///< there is no body
    length,       ///< by Content-Length
    chunked,      ///< by the last chunk
    until_close,  ///< by the end of the connection; responses only
};

/// What the bytes after a head are.
struct message_framing {
    body_kind kind = body_kind::none;
    std::uint64_t length = 0;  ///< for body_kind::length
};

/// Collects the fields that frame a body and refuses every combination that two programs could
/// understand in two ways.
///
/// Source: RFC 9112 section 6.
class framing_fields {
public:
    /// \param request  requests may not repeat Content-Length, not even with the same value.
    explicit framing_fields(bool request) noexcept : request_(request) {}

    /// \throws http::error  errc::bad_length, errc::conflicting_framing
    void content_length(std::string_view value);

    /// \throws http::error  errc::bad_transfer_encoding, errc::unsupported_coding,
    ///         errc::conflicting_framing
    void transfer_encoding(std::string_view value);

    [[nodiscard]] std::optional<std::uint64_t> length() const noexcept { return length_; }
    [[nodiscard]] bool chunked() const noexcept { return chunked_; }

private:
    bool request_;
    bool chunked_ = false;
    std::optional<std::uint64_t> length_;
};

}  // namespace weft::http
