// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/udp_peer.hpp>

#include <weft/net/stream.hpp>
#include <weft/scope.hpp>
#include <weft/testing/fiber_test.hpp>
#include <weft/testing/parked.hpp>

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace weft::testing {

FIBER_TEST(UdpPeer, AnswersAsTheScriptSays) {
    const udp_peer peer([](std::string_view datagram) {
        return datagram == "twice" ? std::vector<std::string>{"one", "two"}
                                   : std::vector<std::string>{};
    });
    auto client = net::udp_socket::connect(peer.address());
    client.send(net::bytes_of("nothing"));
    client.send(net::bytes_of("twice"));
    std::array<std::byte, 10> got{};
    for (const std::string expected : {"one", "two"}) {
        const auto size = client.receive_from(got).size;
        EXPECT_EQ(std::string(reinterpret_cast<const char*>(got.data()), size), expected);
    }
    EXPECT_EQ(peer.received(), 2U);
}

}  // namespace weft::testing
