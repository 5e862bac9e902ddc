// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/http/client.hpp>

#include <string_view>

namespace weft::http {

/// Whether a response with this status names another place to ask.
[[nodiscard]] constexpr bool is_redirect(unsigned status) noexcept {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// Turns `asked` into the request that a redirect asks for.
///
/// 303, and 301 and 302 in answer to POST, become GET without a body. Credentials do not follow to
/// another origin.
/// \throws http::error  errc::bad_redirect, errc::body_not_replayable.
/// Source: RFC 9110 section 15.4.
void follow_redirect(client_request& asked, unsigned status, std::string_view location);

}  // namespace weft::http
