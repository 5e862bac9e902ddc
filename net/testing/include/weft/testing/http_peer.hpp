// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/testing/tcp_peer.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace weft::testing {

/// An HTTP server that says word for word what a test wants, right or wrong. For a server that
/// speaks HTTP by itself see weft/http/server.hpp.
///
/// A request is a head and, as its Content-Length says, a body. Each gets the next of the
/// responses, whatever it asks; after the last one, the connection is closed. Threads: only on the
/// thread of its runtime.
class http_peer {
public:
    /// \throws net::error  if there is no port.
    explicit http_peer(std::vector<std::string> responses,
                       const net::address& at = net::address::loopback_v4(0));

    /// A response with a body and its length.
    [[nodiscard]] static std::string response(const std::string& body,
                                              const std::string& status = "200 OK");

    [[nodiscard]] const net::address& address() const noexcept { return peer_.address(); }

    /// "http://ADDRESS"; a path can be appended.
    [[nodiscard]] std::string origin() const { return "http://" + address().to_string(); }

    /// Requests that have come so far, head and body.
    [[nodiscard]] const std::vector<std::string>& requests() const noexcept { return requests_; }

    /// Connections that have come so far.
    [[nodiscard]] std::size_t clients() const noexcept { return peer_.clients(); }

private:
    void treat(net::tcp_stream& client);

    std::vector<std::string> responses_;
    std::vector<std::string> requests_;
    tcp_peer peer_;  // last: it ends before what it uses
};

}  // namespace weft::testing
