// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "loopback/certificates.hpp"

#include <weft/http/server.hpp>
#include <weft/net/tcp.hpp>
#include <weft/net/tls.hpp>
#include <weft/task.hpp>

#include <cstdint>

namespace loopback {

/// An HTTPS server on a free port of 127.0.0.1. It serves from its construction to its end, beside
/// whoever made it, and ends open connections then.
///
/// Threads: only on the thread of its runtime.
class https_origin {
public:
    /// \param proof   what it shows its clients.
    /// \param answer  runs in the fiber of each connection.
    https_origin(const certificate& proof, weft::http::handler answer);

    https_origin(const https_origin&) = delete;
    https_origin& operator=(const https_origin&) = delete;
    ~https_origin() = default;

    [[nodiscard]] std::uint16_t port() const noexcept { return listener_.local_address().port(); }

private:
    weft::net::tls_context context_;
    weft::net::tcp_listener listener_;
    weft::http::server server_;
    weft::task<> serving_;  // last: it ends before what it uses
};

}  // namespace loopback
