// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// Connected pairs and addresses for tests of the network, on loopback only.

#include "support/runtime_test.hpp"  // open_descriptors()

#include <weft/net/address.hpp>
#include <weft/net/error.hpp>
#include <weft/net/tcp.hpp>
#include <weft/scope.hpp>

#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

namespace weft::test {

/// A listener on a free port of 127.0.0.1.
inline net::tcp_listener listen_on_loopback(net::listen_options options = {}) {
    return net::tcp_listener::listen(net::address::loopback_v4(0), options);
}

/// Two ends of a TCP connection, the connecting one first. In a fiber.
inline std::pair<net::tcp_stream, net::tcp_stream> tcp_pair() {
    auto listener = listen_on_loopback();
    auto client = net::tcp_stream::connect(listener.local_address());
    auto server = listener.accept();
    return {std::move(client), std::move(server)};
}

/// A loopback address where nobody listens.
inline net::address refusing_address() {
    return listen_on_loopback().local_address();
}

/// Listeners on one port of 127.0.0.1 and of ::1.
struct both_loopbacks {
    net::tcp_listener v4;
    net::tcp_listener v6;

    [[nodiscard]] std::uint16_t port() const { return v4.local_address().port(); }
};

inline both_loopbacks listen_on_both_loopbacks(net::listen_options v6_options = {}) {
    for (;;) {
        auto v4 = listen_on_loopback();
        try {
            auto v6 = net::tcp_listener::listen(
                net::address::loopback_v6(v4.local_address().port()), v6_options);
            return {std::move(v4), std::move(v6)};
        } catch (const net::error&) {  // somebody has that port of ::1
            continue;
        }
    }
}

/// Makes a listener with a backlog of 0 answer no further attempt, neither well nor ill, as long
/// as the result lives. In a fiber.
inline std::vector<net::tcp_stream> make_black_hole(const net::tcp_listener& listener) {
    std::vector<net::tcp_stream> fillers;
    while (move_on_after(std::chrono::milliseconds(20), [&] {
        fillers.push_back(net::tcp_stream::connect(listener.local_address()));
    })) {
    }
    return fillers;
}

}  // namespace weft::test
