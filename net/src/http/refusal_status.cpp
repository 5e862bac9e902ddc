// SPDX-License-Identifier: BSL-1.0
#include "http/refusal_status.hpp"

namespace weft::http {

unsigned refusal_status(errc fault) noexcept {
    switch (fault) {
        case errc::start_line_too_long: return 414;
        case errc::head_too_large: return 431;
        case errc::body_too_large: return 413;
        case errc::unsupported_coding: return 501;
        case errc::unsupported_version: return 505;
        case errc::incomplete_head:
        case errc::incomplete_body:
        case errc::length_mismatch: return 0;
        default: return 400;
    }
}

}  // namespace weft::http
