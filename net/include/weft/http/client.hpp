// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>
#include <weft/http/client_response.hpp>
#include <weft/http/headers.hpp>
#include <weft/http/limits.hpp>
#include <weft/http/url.hpp>
#include <weft/net/connector.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace weft::http {

/// What can be chosen for a session. A time limit of zero means none.
struct session_options {
    std::size_t max_connections = 100;  ///< open at once, idle ones included
    std::size_t max_per_host = 0;       ///< of these to one host and port; 0: no limit
    /// How long an idle connection is kept.
    clock::duration keep_alive = std::chrono::seconds(15);
    /// For everything from the request over all redirects to the end of the body.
    clock::duration total_timeout = std::chrono::seconds(300);
    /// To get a connection: a place in the pool, resolving, connecting, handshake.
    clock::duration connect_timeout = std::chrono::seconds(30);
    /// For each wait for bytes of the response.
    clock::duration read_timeout = std::chrono::seconds(60);
    std::size_t max_redirects = 10;
    /// Whether to ask for compressed bodies and decode them (gzip, deflate, br).
    bool decode = true;
    limits head = {};
    /// Sent with each request that has no field of the same name.
    http::headers headers = {};
};

/// Writes the next piece of a request's body into its argument and returns the size; 0 at the end.
using body_source = std::function<std::size_t(std::span<std::byte>)>;

/// What a session shall ask.
struct client_request {
    std::string method = "GET";
    url where;
    http::headers headers = {};
    std::string body = {};
    /// If set, the body is sent chunked as it comes from here, beside reading the response.
    body_source source = {};
    bool follow_redirects = true;
};

/// An HTTP client that keeps connections for reuse.
///
/// Connections are pooled by net::target: host, port, whether TLS is used and for which name. TLS
/// settings belong to the connector, hence to the session. Waiting for a place in the pool is first
/// come, first served for each host. A request with an idempotent method is sent once more, on a
/// new connection, if the reused one it was sent on ends before the first byte of the response. Use
/// one session for a whole program. It must be destroyed inside its runtime. Threads:  only on the
/// thread of its runtime; any number of fibers. Lifetime: the connector outlives the session.
class session {
public:
    explicit session(net::connector& connector, session_options options = {});

    /// As close().
    ~session();
    session(const session&) = delete;
    session& operator=(const session&) = delete;

    /// Sends a request and returns the response once its head has arrived.
    ///
    /// Blocks:       for a place in the pool, the connection, sending and the head, over redirects.
    /// Cancellation: throws cancelled; the connection is closed.
    /// \throws http::error  what failed and where(); a body source's own exception passes.
    [[nodiscard]] client_response send(client_request wanted);

    /// send() for the usual methods.
    [[nodiscard]] client_response get(const url& where, const headers& fields = {});
    [[nodiscard]] client_response head(const url& where, const headers& fields = {});
    [[nodiscard]] client_response post(const url& where, std::string body,
                                       const headers& fields = {});

    /// Ends all connections; waiting requests fail with errc::session_closed. Idempotent.
    ///
    /// Blocks: never.
    void close() noexcept;

    /// Connections that are open, or being opened.
    [[nodiscard]] std::size_t open_connections() const noexcept;

    /// Connections that wait for reuse.
    [[nodiscard]] std::size_t idle_connections() const noexcept;

private:
    class implementation;
    std::unique_ptr<implementation> self_;
};

}  // namespace weft::http
