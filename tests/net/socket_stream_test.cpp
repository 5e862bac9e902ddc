// SPDX-License-Identifier: BSL-1.0
#include <weft/net/socket_stream.hpp>
#include <weft/testing/stream_text.hpp>

#include "support/runtime_test.hpp"
#include "support/sockets.hpp"

#include <weft/net/unix.hpp>
#include <weft/run.hpp>
#include <weft/task.hpp>
#include <weft/testing/stream_conformance.hpp>

#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace weft::net {
namespace {

struct over_tcp {
    static weft::testing::stream_pair connect() {
        auto [left, right] = test::tcp_pair();
        return {std::make_unique<tcp_stream>(std::move(left)),
                std::make_unique<tcp_stream>(std::move(right))};
    }
};

struct over_unix {
    static weft::testing::stream_pair connect() {
        auto [left, right] = unix_stream::pair();
        return {std::make_unique<unix_stream>(std::move(left)),
                std::make_unique<unix_stream>(std::move(right))};
    }
};

}  // namespace
}  // namespace weft::net

namespace weft::testing {

INSTANTIATE_TYPED_TEST_SUITE_P(Tcp, StreamConformance, net::over_tcp);
INSTANTIATE_TYPED_TEST_SUITE_P(Unix, StreamConformance, net::over_unix);

}  // namespace weft::testing

namespace weft::net {
namespace {

using SocketStream = weft::test::runtime_test;

// T113
FIBER_TEST_F(SocketStream, CanStillReadAfterItHasFinishedWriting) {
    auto [client, server] = test::tcp_pair();
    client.write_all(bytes_of("question"));
    client.shutdown_write();
    EXPECT_EQ(testing::read_up_to(server, 100), "question");
    server.write_all(bytes_of("answer"));
    server.close();
    EXPECT_EQ(testing::read_up_to(client, 100), "answer");
    EXPECT_THROW(client.write_all(bytes_of("more")), error);
}

// Scenario 17: a reset is told apart from an end.
FIBER_TEST_F(SocketStream, ReportsAReset) {
    auto [client, server] = test::tcp_pair();
    const linger at_once{1, 0};  // close(2) sends RST
    ASSERT_EQ(setsockopt(server.native(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
    server.close();
    std::array<std::byte, 1> block{};
    try {
        (void)client.read_some(block);
        FAIL();
    } catch (const error& failed) {
        EXPECT_EQ(failed.code(), std::errc::connection_reset);
    }
}

// Scenario 15: the peer's buffers are small, so that each send is short.
FIBER_TEST_F(SocketStream, WritesAllInManyShortSends) {
    auto [left, right] = unix_stream::pair();
    const int size = 1;  // the kernel takes its minimum
    ASSERT_EQ(setsockopt(left.native(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size), 0);
    const auto sent = testing::pattern(300'000);
    auto writer = spawn([&stream = left, &sent] { stream.write_all(bytes_of(sent)); });
    EXPECT_EQ(testing::read_up_to(right, sent.size()), sent);
    writer.get();
}

FIBER_TEST_F(SocketStream, SaysHowMuchWasWrittenBeforeAFailure) {
    auto [left, right] = unix_stream::pair();
    auto writer =
        spawn([&stream = left] { stream.write_all(bytes_of(testing::pattern(1 << 22))); });
    EXPECT_EQ(testing::read_up_to(right, 5).size(), 5U);
    right.close();
    try {
        writer.get();
        FAIL();
    } catch (const error& failed) {
        EXPECT_GE(failed.transferred(), 5U);
        EXPECT_LT(failed.transferred(), std::size_t{1} << 22);
    }
}

FIBER_TEST_F(SocketStream, IsClosedAfterAMove) {
    auto [left, right] = test::tcp_pair();
    const auto peer = left.peer_address();
    tcp_stream moved(std::move(left));
    EXPECT_FALSE(left.is_open());
    EXPECT_EQ(moved.peer_address(), peer);
    moved.write_all(bytes_of("x"));
    EXPECT_EQ(testing::read_up_to(right, 1), "x");
    right = std::move(moved);
    EXPECT_EQ(right.peer_address(), peer);
}

FIBER_TEST_F(SocketStream, ClosesItsDescriptor) {
    const auto before = test::open_descriptors();
    {
        auto pair = test::tcp_pair();
        pair.first.close();
    }
    EXPECT_EQ(test::open_descriptors(), before);
}

}  // namespace
}  // namespace weft::net
