// SPDX-License-Identifier: BSL-1.0
#include "tls/openssl.hpp"

#include <openssl/x509_vfy.h>

#include <limits>
#include <new>

namespace weft::net::tls {

bio_ptr reader_of(std::string_view text) {
    if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
        throw error(std::make_error_code(std::errc::invalid_argument), "tls: PEM text too long");
    }
    bio_ptr made(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    if (!made) {
        throw std::bad_alloc();
    }
    return made;
}

std::string take_reason() {
    const auto first = ERR_get_error();
    ERR_clear_error();
    const char* reason = ERR_reason_error_string(first);
    return reason != nullptr ? reason : "unknown reason";
}

errc code_of_verification(long result) noexcept {
    switch (result) {
        case X509_V_ERR_CERT_HAS_EXPIRED:
        case X509_V_ERR_CERT_NOT_YET_VALID: return errc::certificate_expired;
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH: return errc::certificate_wrong_host;
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return errc::certificate_self_signed;
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_CERT_UNTRUSTED: return errc::certificate_untrusted;
        default: return errc::certificate_invalid;
    }
}

}  // namespace weft::net::tls
