// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/http/headers.hpp>
#include <weft/http/message.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weft::http {

/// What the head of an outgoing request is made of.
struct outgoing_request {
    std::string_view method;
    std::string_view target;
    std::string_view authority;  ///< for Host, unless the fields have one
    const headers& fields;
    std::optional<std::uint64_t> body = {};  ///< its length, if known
    bool chunked = false;                    ///< the body comes in chunks
    bool accept_encodings = false;           ///< ask for a compressed response
};

/// Appends a request's head to `out`.
///
/// \throws http::error  errc::forbidden_byte if the method or target could end the request line;
///         errc::conflicting_framing, bad_length, bad_host if the fields contradict the body.
void write_request_head(std::string& out, const outgoing_request& wanted);

/// What surrounds an outgoing response.
struct response_context {
    bool to_head = false;      ///< it answers HEAD: announce the body, do not send it
    bool keep_alive = true;    ///< the connection stays open
    bool to_http_1_0 = false;  ///< the client speaks HTTP/1.0
    bool streamed = false;     ///< the body comes in pieces, not from the response
};

/// Appends a response's head to `out`, with Date, Content-Length and Connection. A streamed body
/// without a Content-Length is announced as chunked, unless to_http_1_0.
///
/// \returns whether there is a body to be sent.
/// \throws http::error  errc::forbidden_byte if the reason could end the status line or the status
///         is not from 200 to 999; errc::conflicting_framing, bad_length if the fields contradict
///         the body.
bool write_response_head(std::string& out, const response& answered,
                         const response_context& context);

}  // namespace weft::http
