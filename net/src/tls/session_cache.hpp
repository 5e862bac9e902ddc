// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "tls/openssl.hpp"

#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <utility>

namespace weft::net::tls {

/// Sessions that the clients of one context may resume, by the name of the server that proved it.
///
/// Threads: any.
class session_cache {
public:
    /// \param most  sessions; beyond, the oldest goes.
    explicit session_cache(std::size_t most) noexcept : most_(most) {}

    void add(const std::string& name, session_ptr added);

    /// Takes the newest session with that server out, if there is one: tickets of TLS 1.3 are for
    /// one use (RFC 8446 appendix C.4). Sessions of TLS 1.2 stay.
    [[nodiscard]] session_ptr take(const std::string& name);

private:
    const std::size_t most_;
    std::mutex guard_;
    std::deque<std::pair<std::string, session_ptr>> sessions_;  // the oldest first
};

/// Lets a client's connection resume a session, and keeps those that the server gives it.
///
/// Lifetime: the connection ends before it; the cache outlives both.
class resumption {
public:
    /// Makes the connections of `settings` hand over sessions; each must have been started.
    static void prepare(SSL_CTX& settings);

    /// \param cache  may be null: nothing is resumed.
    /// \param name   the server's, by which it is verified.
    void start(SSL& connection, session_cache* cache, const std::string& name);

private:
    static int keep(SSL* of, SSL_SESSION* given);

    session_cache* cache_ = nullptr;
    std::string name_;
};

}  // namespace weft::net::tls
