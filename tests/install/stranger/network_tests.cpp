// SPDX-License-Identifier: BSL-1.0
#include <weft/net/tcp.hpp>
#include <weft/scope.hpp>
#include <weft/testing/fault_gate.hpp>
#include <weft/testing/simulate.hpp>
#include <weft/testing/stream_conformance.hpp>
#include <weft/testing/stream_text.hpp>
#include <weft/testing/tcp_peer.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace {

using namespace std::chrono_literals;

namespace net = weft::net;
using weft::testing::read_up_to;

// A shop that greets, and a customer who believes that the network always works.
void greet(net::tcp_stream& customer) {
    customer.write_all(net::bytes_of("welcome"));
}

TEST(Shop, GreetsOverAGateWhateverTheSeed) {
    weft::testing::simulate_many(50, [](weft::testing::simulation&) {
        const weft::testing::tcp_peer shop(greet);
        weft::testing::fault_gate gate(shop.address());
        gate.set({.largest_piece = 1});
        auto customer = net::tcp_stream::connect(gate.address());
        EXPECT_EQ(read_up_to(customer, 7), "welcome");
    });
}

// The greeting may never arrive: this test is to fail.
TEST(Shop, HopesForTheBest) {
    weft::testing::simulate_many(1'000,
                                 [](weft::testing::simulation&) {
                                     const weft::testing::tcp_peer shop(greet);
                                     auto customer = net::tcp_stream::connect(shop.address());
                                     EXPECT_EQ(read_up_to(customer, 7), "welcome");
                                 },
                                 {.network = {.silent = 0.1, .break_within = 7}});
}

}  // namespace
