// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/http_peer.hpp>

#include <weft/http/client.hpp>
#include <weft/http/error.hpp>
#include <weft/net/tcp_connector.hpp>
#include <weft/testing/fiber_test.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weft::testing {

FIBER_TEST(HttpPeer, SaysWhatItWasToldInOrder) {
    http_peer peer({http_peer::response("one"), http_peer::response("none", "404 Not Found"),
                    "HTTP/1.1 what?\r\n\r\n"});
    net::tcp_connector network;
    http::session client(network);
    EXPECT_EQ(client.post(peer.origin() + "/a", "body").read_all(), "one");
    EXPECT_EQ(client.get(peer.origin() + "/b").status(), 404U);
    EXPECT_THROW((void)client.get(peer.origin() + "/c"), http::error);
    ASSERT_EQ(peer.requests().size(), 3U);
    EXPECT_THAT(peer.requests()[0], ::testing::StartsWith("POST /a HTTP/1.1\r\n"));
    EXPECT_THAT(peer.requests()[0], ::testing::EndsWith("\r\n\r\nbody"));
    EXPECT_THAT(peer.requests()[1], ::testing::StartsWith("GET /b "));
}

}  // namespace weft::testing
