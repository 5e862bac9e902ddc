// SPDX-License-Identifier: BSL-1.0
#include "http/content_decoder.hpp"

#include "http/syntax.hpp"

namespace weft::http {

std::unique_ptr<content_decoder> make_decoder(std::string_view coding) {
    if (equal_without_case(coding, "gzip") || equal_without_case(coding, "x-gzip")) {
        return make_gzip_decoder();
    }
    if (equal_without_case(coding, "deflate")) {
        return make_deflate_decoder();
    }
    if (equal_without_case(coding, "br")) {
        return make_brotli_decoder();
    }
    return nullptr;
}

}  // namespace weft::http
