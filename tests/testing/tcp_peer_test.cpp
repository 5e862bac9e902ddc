// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/tcp_peer.hpp>

#include <weft/testing/fiber_test.hpp>
#include <weft/testing/simulate.hpp>
#include <weft/testing/stream_text.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

namespace weft::testing {

namespace {

void greet(net::tcp_stream& client) {
    client.write_all(net::bytes_of("hello"));
}

std::string greeting_of(const tcp_peer& peer) {
    auto client = net::tcp_stream::connect(peer.address());
    return read_up_to(client, 100);
}

}  // namespace

class TcpPeer : public fiber_test {};

FIBER_TEST_F(TcpPeer, TreatsEachClientAsTheScriptSays) {
    const tcp_peer peer(greet);
    EXPECT_EQ(greeting_of(peer), "hello");
    EXPECT_EQ(greeting_of(peer), "hello");
    EXPECT_EQ(peer.clients(), 2U);
}

TEST(TcpPeerInSimulations, Works) {
    const auto found = simulate(1, [](simulation&) {
        const tcp_peer peer(greet, net::address::parse_endpoint("10.1.0.1:80", 0));
        EXPECT_EQ(greeting_of(peer), "hello");
    });
    EXPECT_FALSE(found.failed()) << found.failure;
}

FIBER_TEST_F(TcpPeer, ReportsAScriptThatFails) {
    const tcp_peer peer([](net::tcp_stream&) { throw std::runtime_error("lost the script"); });
    EXPECT_EQ(greeting_of(peer), "");
    const auto reports = take_reports();
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(describe(reports[0].error), "lost the script");
}

}  // namespace weft::testing
