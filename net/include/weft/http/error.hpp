// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <type_traits>

namespace weft::http {

/// What failed in HTTP, beyond the codes of the system and of net.
enum class errc {
    invalid_url = 1,        ///< not an absolute http or https URL, or one with an ambiguous host
    forbidden_byte,         ///< a byte that may not be sent or received in this place
    bad_line_ending,        ///< a line that does not end in CR LF, or a folded one
    bad_start_line,         ///< not a request line or status line
    bad_target,             ///< a request target in none of the four forms
    unsupported_version,    ///< neither HTTP/1.0 nor HTTP/1.1
    bad_field,              ///< a malformed header or trailer field
    bad_host,               ///< Host is missing, doubled or malformed
    bad_length,             ///< Content-Length is no number, or several that differ
    conflicting_framing,    ///< both Content-Length and Transfer-Encoding
    bad_transfer_encoding,  ///< Transfer-Encoding does not end in chunked
    unsupported_coding,     ///< a transfer coding that is not implemented
    bad_chunk,              ///< malformed chunked data
    start_line_too_long,    ///< longer than limits::start_line
    head_too_large,         ///< more or longer fields than limits allow
    body_too_large,         ///< longer than the limit of the reader
    no_response,            ///< the connection ended before the first byte of a response
    incomplete_head,        ///< the connection ended inside a head
    incomplete_body,        ///< the connection ended inside a chunked body
    length_mismatch,        ///< the body ended early: see error::expected() and transferred()
    bad_content_coding,     ///< a compressed body that cannot be decoded
    too_many_redirects,     ///< more than session_options::max_redirects
    bad_redirect,           ///< a Location that is no acceptable URL
    body_not_replayable,    ///< a redirect asks for a body again whose source was used up
    total_timeout,          ///< session_options::total_timeout
    connect_timeout,        ///< session_options::connect_timeout
    read_timeout,           ///< session_options::read_timeout
    session_closed,         ///< the session was closed
};

/// The category of errc, named "weft.http".
[[nodiscard]] const std::error_category& category() noexcept;
[[nodiscard]] std::error_code make_error_code(errc code) noexcept;

/// How far an exchange had come when it failed.
enum class stage : std::uint8_t {
    none,     ///< outside an exchange
    connect,  ///< resolving, connecting, TLS handshake, waiting for a place in the pool
    send,     ///< sending the request
    head,     ///< waiting for the response or reading its head
    body,     ///< reading the body
};

/// The one exception of http.
///
/// The code is of http, or of net or the system when the network failed: a wrong host name is
/// net::errc::certificate_wrong_host at stage::connect, a reset in the middle of a body is
/// std::errc::connection_reset at stage::body.
class error : public io_error {
public:
    /// \param transferred  body bytes that had arrived.
    error(std::error_code code, const std::string& what, stage where = stage::none,
          std::size_t transferred = 0, std::optional<std::uint64_t> expected = {})
        : io_error(code, what, transferred), where_(where), expected_(expected) {}

    /// How far the exchange had come.
    [[nodiscard]] stage where() const noexcept { return where_; }

    /// The announced length of the body, if there was one.
    [[nodiscard]] std::optional<std::uint64_t> expected() const noexcept { return expected_; }

private:
    stage where_;
    std::optional<std::uint64_t> expected_;
};

}  // namespace weft::http

template <>
struct std::is_error_code_enum<weft::http::errc> : std::true_type {};
