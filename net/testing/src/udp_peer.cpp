// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/udp_peer.hpp>

#include <weft/net/error.hpp>
#include <weft/net/stream.hpp>

#include <span>
#include <utility>

namespace weft::testing {

udp_peer::udp_peer(script answer, const net::address& at)
    : answer_(std::move(answer)),
      socket_(net::udp_socket::bind(at)),
      local_(socket_.local_address()),
      serving_(spawn([this] { serve(); }, {.name = "udp peer"})) {}

void udp_peer::serve() {
    constexpr std::size_t longest = 65'535;
    std::string block(longest, '\0');
    for (;;) {
        const auto got = socket_.receive_from(std::as_writable_bytes(std::span(block)));
        ++received_;
        for (const auto& each : answer_(std::string_view(block).substr(0, got.size))) {
            socket_.send_to(net::bytes_of(each), got.from);
        }
    }
}

}  // namespace weft::testing
