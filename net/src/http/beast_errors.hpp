// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/http/error.hpp>

#include <boost/beast/http/error.hpp>

namespace weft::http {

/// Our code for a complaint of the parser. Only for the two files that include Beast.
inline errc translate(const boost::system::error_code& code) noexcept {
    using parser_error = boost::beast::http::error;
    switch (static_cast<parser_error>(code.value())) {
        case parser_error::bad_line_ending: return errc::bad_line_ending;
        case parser_error::bad_target: return errc::bad_target;
        case parser_error::bad_field:
        case parser_error::bad_value:
        case parser_error::bad_obs_fold: return errc::bad_field;
        case parser_error::bad_content_length:
        case parser_error::multiple_content_length: return errc::bad_length;
        case parser_error::bad_transfer_encoding: return errc::conflicting_framing;
        case parser_error::header_limit: return errc::head_too_large;
        default: return errc::bad_start_line;
    }
}

}  // namespace weft::http
