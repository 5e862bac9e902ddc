// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "tls/openssl.hpp"
#include "tls/session_cache.hpp"

#include <weft/clock.hpp>
#include <weft/net/tls.hpp>

#include <memory>
#include <string>

namespace weft::net {

/// What a tls_context shares with its streams.
struct tls_context::implementation {
    tls::ssl_ctx_ptr settings;
    bool server = false;
    bool verify = true;
    clock::duration handshake_timeout{};
    std::unique_ptr<tls::session_cache> sessions;  // of a client that may resume
    std::string protocols;                         // for ALPN, each preceded by its length
};

}  // namespace weft::net
