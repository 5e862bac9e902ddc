// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/dns_peer.hpp>

#include <weft/net/error.hpp>
#include <weft/net/udp.hpp>
#include <weft/scope.hpp>
#include <weft/testing/fiber_test.hpp>
#include <weft/testing/simulate.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <system_error>

namespace weft::testing {

namespace {

std::error_code failure_of(net::resolver& names, const std::string& name) {
    try {
        (void)names.resolve(name, 80);
    } catch (const net::error& failed) {
        return failed.code();
    }
    return {};
}

}  // namespace

FIBER_TEST(DnsPeer, MakesAFakeResolver) {
    dns_peer peer;
    peer.add_name("shop.test", {"127.0.0.7", "::7"});
    peer.add_name("ill.test", name_answer::failure);
    net::resolver fake(peer.options());
    EXPECT_EQ(fake.resolve("shop.test", 80).size(), 2U);
    EXPECT_EQ(fake.resolve("shop.test", 80, net::family::v4).front().to_string(), "127.0.0.7:80");
    EXPECT_EQ(failure_of(fake, "nobody.test"), net::errc::name_not_found);
    EXPECT_EQ(failure_of(fake, "ill.test"), net::errc::resolver_failure);
    EXPECT_GE(peer.questions(), 6U);
}

FIBER_TEST(DnsPeer, KeepsSilent) {
    dns_peer peer;
    peer.add_name("mute.test", name_answer::none);
    auto chosen = peer.options();
    chosen.timeout = std::chrono::milliseconds(1);
    chosen.tries = 1;
    net::resolver fake(chosen);
    EXPECT_EQ(failure_of(fake, "mute.test"), net::errc::resolver_timeout);
}

FIBER_TEST(DnsPeer, AnswersOverTcpWhatFitsIntoNoDatagram) {
    dns_peer peer;
    peer.add_name("long.test", {"127.0.0.7"});
    peer.truncate("long.test");
    net::resolver fake(peer.options());
    EXPECT_EQ(fake.resolve("long.test", 80, net::family::v4).front().to_string(), "127.0.0.7:80");
    EXPECT_EQ(peer.tcp_questions(), 1U);
    EXPECT_EQ(peer.questions(), 2U);
    peer.add_name("long.test", {"127.0.0.8"});
    net::resolver other(peer.options());
    EXPECT_EQ(other.resolve("long.test", 80, net::family::v4).front().to_string(), "127.0.0.8:80");
    EXPECT_EQ(peer.tcp_questions(), 1U);
}

// A silent server sends no empty datagram either.
TEST(SimulatedDnsPeer, SendsNothingAtAllWhenItIsSilent) {
    const auto found = simulate(1, [](simulation&) {
        dns_peer peer;
        peer.add_name("mute.test", name_answer::none);
        auto asking = net::udp_socket::connect(peer.address());
        const std::string_view question("\0\1\1\0\0\1\0\0\0\0\0\0\4mute\4test\0\0\1\0\1", 27);
        asking.send(net::bytes_of(question));
        std::array<std::byte, 100> none{};
        EXPECT_FALSE(
            move_on_after(std::chrono::seconds(1), [&] { (void)asking.receive_from(none); }));
        EXPECT_EQ(peer.questions(), 1U);
    });
    EXPECT_FALSE(found.failed()) << found.failure;
}

}  // namespace weft::testing
