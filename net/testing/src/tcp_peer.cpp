// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/tcp_peer.hpp>

#include <weft/net/error.hpp>
#include <weft/net/serve.hpp>

#include <utility>

namespace weft::testing {

tcp_peer::tcp_peer(script treat, const net::address& at)
    : treat_(std::move(treat)),
      listener_(net::tcp_listener::listen(at)),
      serving_(spawn([this] { serve(); }, {.name = "tcp peer"})) {}

void tcp_peer::serve() {
    net::serve(listener_, [this](net::tcp_stream& client) {
        ++clients_;
        try {
            treat_(client);
        } catch (const net::error&) {  // the client's doing
        }
    });
}

}  // namespace weft::testing
