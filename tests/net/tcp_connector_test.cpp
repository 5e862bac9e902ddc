// SPDX-License-Identifier: BSL-1.0
#include <weft/net/tcp_connector.hpp>
#include <weft/testing/stream_text.hpp>

#include "net/dns/asking.hpp"
#include "support/runtime_test.hpp"
#include "support/sockets.hpp"

#include <weft/run.hpp>
#include <weft/scope.hpp>

#include <functional>
#include <string>

namespace weft::net {
namespace {

using loopback::dns::record_type;
using std::chrono::milliseconds;
using test::asking;
using test::dns_server;

/// How long `body` takes.
template <class Body>
clock::duration duration_of(Body&& body) {
    const auto begin = clock::now();
    body();
    return clock::now() - begin;
}

error failure_of(resolver& names, const std::string& host, std::uint16_t port) {
    try {
        (void)connect_tcp(names, host, port);
    } catch (const error& failed) {
        return failed;
    }
    return error({}, "no failure");
}

bool mentions(const error& failed, const std::string& text) {
    return std::string(failed.what()).find(text) != std::string::npos;
}

using TcpConnector = weft::test::runtime_test;

FIBER_TEST_F(TcpConnector, ConnectsByName) {
    dns_server server;
    server.add_address("www.test", "127.0.0.1");
    auto listener = test::listen_on_loopback();
    tcp_connector connect(asking(server));
    auto client = connect.connect(
        {.host = "www.test", .port = listener.local_address().port(), .server_name = {}});
    auto accepted = listener.accept();
    client->write_all(bytes_of("x"));
    EXPECT_EQ(testing::read_up_to(accepted, 1), "x");
}

FIBER_TEST_F(TcpConnector, ConnectsToLiteralsAndLocalhost) {
    dns_server server;
    resolver names(asking(server));
    auto listener = test::listen_on_loopback();
    for (const char* host : {"127.0.0.1", "localhost"}) {
        auto client = connect_tcp(names, host, listener.local_address().port());
        EXPECT_EQ(client.peer_address(), listener.local_address()) << host;
    }
    EXPECT_TRUE(server.queries().empty());
}

FIBER_TEST_F(TcpConnector, RefusesSecureTargets) {
    tcp_connector connect;
    try {
        (void)connect.connect({.host = "www.test", .port = 443, .secure = true, .server_name = {}});
        FAIL();
    } catch (const error& refused) {
        EXPECT_EQ(refused.code(), std::errc::protocol_not_supported);
    }
}

FIBER_TEST_F(TcpConnector, PassesOnWhatTheResolverSays) {
    dns_server server;
    resolver names(asking(server));
    EXPECT_EQ(failure_of(names, "gone.test", 80).code(), errc::name_not_found);
    EXPECT_EQ(failure_of(names, "127.1", 80).code(), errc::invalid_name);
}

// Scenario 37: RFC 6724 prefers ::1 to IPv4, in whatever form.
FIBER_TEST_F(TcpConnector, TriesTheBestAddressFirst) {
    dns_server server;
    server.add_address("www.test", "::ffff:127.0.0.1");
    server.add_address("www.test", "::1");
    auto listeners = test::listen_on_both_loopbacks();
    resolver names(asking(server));
    EXPECT_EQ(connect_tcp(names, "www.test", listeners.port()).peer_address().host(), "::1");
}

// T123, scenario 36: the first address is a black hole.
FIBER_TEST_F(TcpConnector, TriesTheNextAddressAfterADelay) {
    dns_server server;
    server.add_address("www.test", "::1");
    server.add_address("www.test", "127.0.0.1");
    auto listeners = test::listen_on_both_loopbacks({.backlog = 0});
    const auto fillers = test::make_black_hole(listeners.v6);
    resolver names(asking(server));
    (void)names.resolve("www.test", 80);
    const auto before = test::open_descriptors();
    const auto taken = duration_of([&] {
        auto client = connect_tcp(names, "www.test", listeners.port());
        EXPECT_EQ(client.peer_address().family(), family::v4);
        EXPECT_EQ(test::open_descriptors(), before + 1);  // the loser is closed
    });
    EXPECT_GE(taken, milliseconds(250));
    EXPECT_LE(taken, milliseconds(300));
}

// T123
FIBER_TEST_F(TcpConnector, TriesTheNextAddressAtOnceAfterARefusal) {
    dns_server server;
    server.add_address("www.test", "::1");
    server.add_address("www.test", "127.0.0.1");
    auto listeners = test::listen_on_both_loopbacks();
    listeners.v6.close();
    resolver names(asking(server));
    const auto taken = duration_of([&] {
        EXPECT_EQ(connect_tcp(names, "www.test", listeners.port()).peer_address().family(),
                  family::v4);
    });
    EXPECT_LT(taken, milliseconds(50));
}

// T123, aiohappyeyeballs#143: both attempts succeed in one pass of the reactor.
FIBER_TEST_F(TcpConnector, KeepsOneOfTwoWinnersAndClosesTheOther) {
    dns_server server;
    server.add_address("www.test", "::1");
    server.add_address("www.test", "127.0.0.1");
    auto listeners = test::listen_on_both_loopbacks();
    resolver names(asking(server));
    connect_options chosen;
    chosen.attempt_delay = {};
    (void)names.resolve("www.test", 80);
    for (int i = 0; i < 20; ++i) {
        const auto before = test::open_descriptors();
        auto client = connect_tcp(names, "www.test", listeners.port(), chosen);
        EXPECT_EQ(test::open_descriptors(), before + 1);
        auto kept = client.peer_address().family() == family::v6 ? listeners.v6.accept()
                                                                 : listeners.v4.accept();
        client.write_all(bytes_of("x"));
        EXPECT_EQ(testing::read_up_to(kept, 1), "x");
        (void)move_on_after(milliseconds(1), [&] {
            auto& other = kept.peer_address().family() == family::v6 ? listeners.v4 : listeners.v6;
            auto dropped = other.accept();
            EXPECT_EQ(testing::read_up_to(dropped, 1), "");
        });
    }
}

// Scenario 36: AAAA is slow, A is there.
FIBER_TEST_F(TcpConnector, WaitsOnlyShortlyForIPv6Addresses) {
    dns_server server;
    server.add_address("www.test", "127.0.0.1");
    server.set(
        "www.test", record_type::aaaa,
        {.answers = {{"www.test", record_type::aaaa, 60, "::1"}}, .delay = milliseconds(200)});
    auto listener = test::listen_on_loopback();
    resolver names(asking(server));
    const auto taken =
        duration_of([&] { (void)connect_tcp(names, "www.test", listener.local_address().port()); });
    EXPECT_GE(taken, milliseconds(50));
    EXPECT_LE(taken, milliseconds(60));
}

FIBER_TEST_F(TcpConnector, BeginsAtOnceWithIPv6) {
    dns_server server;
    server.add_address("www.test", "::1");
    server.set(
        "www.test", record_type::a,
        {.answers = {{"www.test", record_type::a, 60, "127.0.0.1"}}, .delay = milliseconds(200)});
    auto listeners = test::listen_on_both_loopbacks();
    resolver names(asking(server));
    const auto taken = duration_of([&] {
        EXPECT_EQ(connect_tcp(names, "www.test", listeners.port()).peer_address().family(),
                  family::v6);
    });
    EXPECT_LT(taken, milliseconds(50));
}

// T123
FIBER_TEST_F(TcpConnector, ListsEveryCauseWhenAllAttemptsFail) {
    dns_server server;
    server.add_address("closed.test", "::1");
    server.add_address("closed.test", "127.0.0.1");
    server.add_address("odd.test", "127.0.0.1");
    server.add_address("odd.test", "255.255.255.255");  // the kernel refuses it by itself
    resolver names(asking(server));
    const auto port = test::refusing_address().port();

    const auto refused = failure_of(names, "closed.test", port);
    EXPECT_EQ(refused.code(), std::errc::connection_refused);
    EXPECT_TRUE(mentions(refused, "[::1]:")) << refused.what();
    EXPECT_TRUE(mentions(refused, "127.0.0.1:")) << refused.what();

    const auto mixed = failure_of(names, "odd.test", port);
    EXPECT_EQ(mixed.code(), errc::all_attempts_failed);
    EXPECT_TRUE(mentions(mixed, "refused")) << mixed.what();
    EXPECT_TRUE(mentions(mixed, "255.255.255.255")) << mixed.what();
}

FIBER_TEST_F(TcpConnector, NamesAnAddressAndACauseOnce) {
    dns_server server;
    server.add_address("closed.test", "127.0.0.1");
    server.add_address("both.test", "127.0.0.1");
    server.add_address("both.test", "::1");
    resolver names(asking(server));
    const auto port = test::refusing_address().port();
    const auto number = std::to_string(port);
    const auto why = ": " + std::make_error_code(std::errc::connection_refused).message();
    EXPECT_EQ(failure_of(names, "127.0.0.1", port).what(), "connect 127.0.0.1:" + number + why);
    EXPECT_EQ(failure_of(names, "closed.test", port).what(),
              "connect closed.test port " + number + " (127.0.0.1:" + number + ")" + why);
    EXPECT_EQ(failure_of(names, "both.test", port).what(), "connect both.test port " + number +
                                                               " ([::1]:" + number +
                                                               "; 127.0.0.1:" + number + ")" + why);
}

FIBER_TEST_F(TcpConnector, LeavesNothingOpenWhenItIsCancelled) {
    dns_server server;
    server.add_address("www.test", "127.0.0.1");
    auto listener = test::listen_on_loopback({.backlog = 0});
    const auto fillers = test::make_black_hole(listener);
    resolver names(asking(server));
    (void)names.resolve("www.test", 80);
    const auto before = test::open_descriptors();
    EXPECT_FALSE(move_on_after(milliseconds(500), [&] {
        (void)connect_tcp(names, "www.test", listener.local_address().port());
    }));
    EXPECT_EQ(test::open_descriptors(), before);
}

}  // namespace
}  // namespace weft::net
