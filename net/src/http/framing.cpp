// SPDX-License-Identifier: BSL-1.0
#include "http/framing.hpp"

#include "http/syntax.hpp"

#include <weft/http/error.hpp>

namespace weft::http {

void framing_fields::content_length(std::string_view value) {
    if (chunked_) {
        throw error(errc::conflicting_framing, "Content-Length");
    }
    if (request_ && length_) {
        throw error(errc::bad_length, "Content-Length");
    }
    // A response may repeat the number, in one field or several. RFC 9110 section 8.6.
    auto rest = value;
    do {
        const auto parsed = parse_decimal(request_ ? rest : take_item(rest));
        if (!parsed || (length_ && *length_ != *parsed)) {
            throw error(errc::bad_length, "Content-Length");
        }
        length_ = parsed;
    } while (!request_ && !rest.empty());
}

void framing_fields::transfer_encoding(std::string_view value) {
    if (length_) {
        throw error(errc::conflicting_framing, "Transfer-Encoding");
    }
    if (chunked_) {
        throw error(errc::bad_transfer_encoding, "Transfer-Encoding");
    }
    if (equal_without_case(value, "chunked")) {
        chunked_ = true;
        return;
    }
    const auto comma = value.rfind(',');
    const bool chunked_last = comma != std::string_view::npos &&
                              equal_without_case(trim(value.substr(comma + 1)), "chunked");
    throw error(chunked_last ? errc::unsupported_coding : errc::bad_transfer_encoding,
                "Transfer-Encoding");
}

}  // namespace weft::http
