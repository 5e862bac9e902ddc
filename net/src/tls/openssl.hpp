// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// Ownership of OpenSSL's objects and the translation of its failures.

#include <weft/net/error.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>

namespace weft::net::tls {

template <auto Free>
struct freed_by {
    template <class T>
    void operator()(T* owned) const noexcept {
        Free(owned);
    }
};

using ssl_ptr = std::unique_ptr<SSL, freed_by<SSL_free>>;
using ssl_ctx_ptr = std::unique_ptr<SSL_CTX, freed_by<SSL_CTX_free>>;
using session_ptr = std::unique_ptr<SSL_SESSION, freed_by<SSL_SESSION_free>>;
using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free_all>>;
using x509_ptr = std::unique_ptr<X509, freed_by<X509_free>>;
using pkey_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;

/// A source that reads `text`, which outlives it.
[[nodiscard]] bio_ptr reader_of(std::string_view text);

/// What OpenSSL says about its last failure on this thread, for people. Empties its queue, which
/// all fibers share, so nothing may block between the failure and this.
[[nodiscard]] std::string take_reason();

/// The code for a certificate that failed verification. Source: X509_STORE_CTX_get_error(3).
[[nodiscard]] errc code_of_verification(long result) noexcept;

}  // namespace weft::net::tls
