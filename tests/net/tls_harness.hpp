// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "loopback/certificates.hpp"

#include <weft/net/error.hpp>
#include <weft/net/tls.hpp>
#include <weft/run.hpp>
#include <weft/task.hpp>
#include <weft/testing/memory_stream.hpp>

#include <memory>
#include <string_view>
#include <utility>

namespace weft::test {

using net::tls_context;
using net::tls_stream;

inline const loopback::certificate_authority& authority() {
    static const loopback::certificate_authority made;
    return made;
}

inline tls_context server_context(const loopback::certificate_request& request = {
                                      .host_names = {"a.test"}, .addresses = {"127.0.0.1"}}) {
    const auto issued = authority().issue(request);
    return tls_context::server({.certificate_pem = issued.chain_pem,
                                .private_key_pem = issued.key_pem,
                                .alpn = {"http/1.1", "x"}});
}

inline tls_context client_context() {
    return tls_context::client({.ca_pem = authority().certificate_pem()});
}

/// Both ends of a TLS connection in memory, and the transports below.
struct tls_pair {
    explicit tls_pair(const tls_context& client_settings = client_context(),
                      const tls_context& server_settings = server_context(),
                      std::string_view name = "a.test", testing::memory_options transport = {}) {
        auto made = testing::connect_in_memory(transport);
        client_transport = made.client.get();
        server_transport = made.server.get();
        client = std::make_unique<tls_stream>(std::move(made.client), client_settings, name);
        server = std::make_unique<tls_stream>(std::move(made.server), server_settings);
    }

    void shake_hands() {
        auto other = spawn([this] { server->handshake(); });
        client->handshake();
        other.get();
    }

    testing::memory_stream* client_transport;
    testing::memory_stream* server_transport;
    std::unique_ptr<tls_stream> client;
    std::unique_ptr<tls_stream> server;
};

}  // namespace weft::test
