// SPDX-License-Identifier: BSL-1.0
#include <weft/net/tcp.hpp>
#include <weft/testing/stream_text.hpp>

#include <weft/cross_thread/channel.hpp>
#include <weft/cross_thread/event.hpp>
#include <weft/event.hpp>
#include <weft/run.hpp>
#include <weft/scope.hpp>
#include <weft/shard.hpp>
#include <weft/task.hpp>

#include "support/runtime_test.hpp"
#include "support/sockets.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstddef>
#include <set>
#include <string>

namespace weft::net {
namespace {

bool has_no_delay(const tcp_stream& stream) {
    int on = 0;
    socklen_t size = sizeof on;
    return getsockopt(stream.native(), IPPROTO_TCP, TCP_NODELAY, &on, &size) == 0 && on != 0;
}

using Tcp = weft::test::runtime_test;

FIBER_TEST_F(Tcp, ConnectsBothEndsAndKnowsTheirAddresses) {
    auto [client, server] = test::tcp_pair();
    EXPECT_EQ(client.peer_address(), server.local_address());
    EXPECT_EQ(server.peer_address(), client.local_address());
    EXPECT_TRUE(client.peer_address().is_loopback());
}

FIBER_TEST_F(Tcp, SendsSmallWritesAtOnceInBothDirections) {
    auto [client, server] = test::tcp_pair();
    EXPECT_TRUE(has_no_delay(client));
    EXPECT_TRUE(has_no_delay(server));
}

FIBER_TEST_F(Tcp, LeavesItsDescriptorsOutOfNewPrograms) {
    auto listener = test::listen_on_loopback();
    auto client = tcp_stream::connect(listener.local_address());
    auto server = listener.accept();
    for (const int fd : {listener.native(), client.native(), server.native()}) {
        EXPECT_NE(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    }
}

FIBER_TEST_F(Tcp, NamesTheAddressThatRefuses) {
    const auto nobody = test::refusing_address();
    try {
        (void)tcp_stream::connect(nobody);
        FAIL();
    } catch (const error& failed) {
        EXPECT_EQ(failed.code(), std::errc::connection_refused);
        EXPECT_NE(std::string(failed.what()).find(nobody.to_string()), std::string::npos);
    }
}

FIBER_TEST_F(Tcp, ListensOnIPv6Only) {
    auto listener = tcp_listener::listen(address::parse("::", 0));
    const auto port = listener.local_address().port();
    auto client = tcp_stream::connect(address::loopback_v6(port));
    EXPECT_EQ(listener.accept().peer_address().family(), family::v6);
    EXPECT_THROW((void)tcp_stream::connect(address::loopback_v4(port)), error);
}

FIBER_TEST_F(Tcp, RefusesAPortInUse) {
    auto listener = test::listen_on_loopback();
    try {
        (void)tcp_listener::listen(listener.local_address());
        FAIL();
    } catch (const error& failed) {
        EXPECT_EQ(failed.code(), std::errc::address_in_use);
    }
}

FIBER_TEST_F(Tcp, SharesAPortWhenAskedTo) {
    auto first = test::listen_on_loopback({.backlog = 16, .reuse_port = true});
    auto second = tcp_listener::listen(first.local_address(), {.reuse_port = true});
    EXPECT_EQ(first.local_address(), second.local_address());
}

/// Tells each client of `listener` the number of the shard that serves it.
void serve_number(tcp_listener& listener, std::size_t number) {
    for (;;) {
        listener.accept().write_all(bytes_of(std::to_string(number)));
    }
}

// The kernel decides which listener gets a client.
TEST_F(Tcp, ShardsShareAPort) {
    cross_thread::channel<address> chosen(1);
    cross_thread::event over;
    run_sharded(2, [&](shard& self) {
        const auto local = self.index() == 0 ? address::loopback_v4(0) : chosen.receive().value();
        auto listener = tcp_listener::listen(local, {.reuse_port = true});
        auto serving = spawn([&] { serve_number(listener, self.index()); });
        if (self.index() != 0) {
            over.wait();
            return;
        }
        chosen.send(listener.local_address());
        std::set<std::string> served;
        for (int i = 0; i < 1000 && served.size() < 2; ++i) {
            auto client = tcp_stream::connect(listener.local_address());
            served.insert(testing::read_up_to(client, 1));
        }
        EXPECT_EQ(served, (std::set<std::string>{"0", "1"}));
        over.set();
    });
}

FIBER_TEST_F(Tcp, RefusesAnAddressOfNoFamily) {
    EXPECT_THROW((void)tcp_stream::connect(address()), error);
    EXPECT_THROW((void)tcp_listener::listen(address()), error);
}

// T122: what a cancelled connect leaves behind must not disturb the next owner of its number.
FIBER_TEST_F(Tcp, LeavesNothingBehindWhenConnectIsCancelled) {
    auto listener = test::listen_on_loopback({.backlog = 0});
    const auto fillers = test::make_black_hole(listener);
    const auto before = test::open_descriptors();
    for (int i = 0; i < 200; ++i) {
        (void)move_on_after(std::chrono::microseconds(100),
                            [&] { (void)tcp_stream::connect(listener.local_address()); });
        auto [left, right] = test::tcp_pair();
        left.write_all(bytes_of("x"));
        EXPECT_EQ(testing::read_up_to(right, 1), "x");
    }
    EXPECT_EQ(test::open_descriptors(), before);
}

}  // namespace
}  // namespace weft::net
