// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/http/headers.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace weft::http {

/// The two versions that are spoken.
enum class version : std::uint8_t { http_1_0, http_1_1 };

/// A request with its whole body.
struct request {
    std::string method = "GET";  ///< in capitals, as sent
    std::string target = "/";    ///< as sent: "/path?query", "*", or an absolute URL
    http::version version = http::version::http_1_1;
    http::headers headers = {};
    std::string body = {};

    /// The part of the target before the question mark.
    [[nodiscard]] std::string_view path() const noexcept;

    /// Empties the request and keeps its memory for reuse.
    void clear() noexcept;
};

/// A response with its whole body.
struct response {
    unsigned status = 200;  ///< 100 to 999
    std::string reason;     ///< empty: the usual phrase for the status
    http::version version = http::version::http_1_1;
    http::headers headers = {};
    std::string body = {};

    /// Empties the response and keeps its memory for reuse.
    void clear() noexcept;
};

/// The usual phrase for a status, such as "Not Found"; empty for an unknown one.
///
/// Source: the IANA registry of HTTP status codes.
[[nodiscard]] std::string_view reason_phrase(unsigned status) noexcept;

}  // namespace weft::http
