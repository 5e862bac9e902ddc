// SPDX-License-Identifier: BSL-1.0
#include <weft/net/udp.hpp>

#include "support/runtime_test.hpp"
#include "support/sockets.hpp"

#include <weft/net/error.hpp>
#include <weft/net/stream.hpp>
#include <weft/run.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string_view>

namespace weft::net {
namespace {

udp_socket bound() {
    return udp_socket::bind(address::loopback_v4(0));
}

using Udp = weft::test::runtime_test;

FIBER_TEST_F(Udp, ExchangesDatagrams) {
    auto one = bound();
    auto two = bound();
    one.send_to(bytes_of("hello"), two.local_address());
    std::array<std::byte, 16> block{};
    const auto received = two.receive_from(block);
    EXPECT_EQ(received.size, 5U);
    EXPECT_FALSE(received.truncated);
    EXPECT_EQ(received.from, one.local_address());
}

FIBER_TEST_F(Udp, DeliversEmptyDatagrams) {
    auto one = bound();
    auto two = bound();
    one.send_to({}, two.local_address());
    std::array<std::byte, 16> block{};
    EXPECT_EQ(two.receive_from(block).size, 0U);
}

FIBER_TEST_F(Udp, SaysThatADatagramDidNotFit) {
    auto one = bound();
    auto two = bound();
    one.send_to(bytes_of("hello"), two.local_address());
    std::array<std::byte, 2> block{};
    const auto received = two.receive_from(block);
    EXPECT_EQ(received.size, 2U);
    EXPECT_TRUE(received.truncated);
}

FIBER_TEST_F(Udp, TalksToItsPeerAloneWhenConnected) {
    auto server = bound();
    auto client = udp_socket::connect(server.local_address());
    client.send(bytes_of("x"));
    client.send_to(bytes_of("y"), server.local_address());
    std::array<std::byte, 2> block{};
    EXPECT_EQ(server.receive_from(block).from, client.local_address());
    EXPECT_EQ(server.receive_from(block).from, client.local_address());
    EXPECT_THROW(client.send_to(bytes_of("z"), bound().local_address()), error);
}

FIBER_TEST_F(Udp, ReportsAnUnreachablePeerAndGoesOn) {
    address closed;
    {
        auto gone = bound();
        closed = gone.local_address();
    }
    auto client = udp_socket::connect(closed);
    client.send(bytes_of("x"));
    std::array<std::byte, 2> block{};
    try {
        (void)client.receive_from(block);
        FAIL();
    } catch (const error& failed) {
        EXPECT_EQ(failed.code(), std::errc::connection_refused);
    }
    auto revived = udp_socket::bind(closed);
    client.send(bytes_of("x"));
    EXPECT_EQ(revived.receive_from(block).size, 1U);
}

FIBER_TEST_F(Udp, LosesNoDatagramWhenAReceiveIsCancelled) {
    auto one = bound();
    auto two = bound();
    std::array<std::byte, 2> block{};
    EXPECT_FALSE(
        move_on_after(std::chrono::milliseconds(1), [&] { (void)two.receive_from(block); }));
    one.send_to(bytes_of("x"), two.local_address());
    EXPECT_EQ(two.receive_from(block).size, 1U);
}

FIBER_TEST_F(Udp, WakesTheReceiverWhenItIsClosed) {
    auto socket = bound();
    auto receiver = spawn([&] {
        std::array<std::byte, 2> block{};
        (void)socket.receive_from(block);
    });
    this_fiber::yield();
    socket.close();
    EXPECT_THROW(receiver.get(), error);
}

}  // namespace
}  // namespace weft::net
