// SPDX-License-Identifier: BSL-1.0
//
// Scenarios 26, 27 and 28 over real sockets, in real time.
#include <weft/http/server.hpp>
#include <weft/testing/stream_text.hpp>

#include "server_harness.hpp"
#include "support/runtime_test.hpp"
#include "tcp_server.hpp"

#include <weft/event.hpp>
#include <weft/net/error.hpp>
#include <weft/this_fiber.hpp>

#include <sys/socket.h>

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace weft::http::test {
namespace {

using namespace std::chrono_literals;
using weft::test::open_descriptors;
using weft::test::other_fibers;
using weft::testing::read_up_to;

constexpr std::size_t everything = 10'000'000;

/// The fixture fails when fibers or descriptors are left; its clock is real here.
class ServerOverTcp : public weft::test::runtime_test {
protected:
    ServerOverTcp() { use_real_time(); }
};

void send(net::tcp_stream& to, std::string_view text) {
    to.write_all(net::bytes_of(text));
}

/// Closes the connection with RST.
void reset(net::tcp_stream& client) {
    const linger at_once{1, 0};
    ASSERT_EQ(::setsockopt(client.native(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
    client.close();
}

/// Lets others run until `condition` holds, for at most a second.
template <class Condition>
bool within_a_second(Condition condition) {
    const auto deadline = deadline_after(1s);
    while (!condition() && clock::now() < deadline) {
        this_fiber::yield();
    }
    return condition();
}

/// A handler that works until the connection fails, and keeps why.
template <class Work>
handler noting(std::error_code& met, Work work) {
    return [&met, work](server_exchange& exchange) {
        try {
            work(exchange);
        } catch (const net::error& failed) {
            met = failed.code();
            throw;
        }
    };
}

/// What the runtime and the process hold beside the calling fiber.
struct holdings {
    std::size_t fibers = other_fibers();
    std::size_t descriptors = open_descriptors();
    bool operator==(const holdings&) const = default;
};

// Scenario 27.
FIBER_TEST_F(ServerOverTcp, TellsTheHandlerOfAResetDuringAnUpload) {
    std::error_code met;
    std::size_t received = 0;
    tcp_server tested(noting(met, [&](server_exchange& exchange) {
        std::array<char, 100> piece;
        while (const auto count = exchange.read_some(piece)) {
            received += count;
        }
    }));
    let_others_run();
    const holdings before;
    auto client = tested.connect();
    send(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nhalf");
    ASSERT_TRUE(within_a_second([&] { return received == 4; }));
    reset(client);
    EXPECT_TRUE(within_a_second([&] { return met && holdings() == before; }));
    EXPECT_EQ(met, std::errc::connection_reset);
}

// Scenario 27.
FIBER_TEST_F(ServerOverTcp, TellsTheHandlerOfAResetDuringAResponse) {
    std::error_code met;
    tcp_server tested(noting(met, [](server_exchange& exchange) {
        exchange.begin({});
        for (const std::string piece(10'000, 'x');;) {
            exchange.write(piece);
        }
    }));
    let_others_run();
    const holdings before;
    auto client = tested.connect();
    send(client, get);
    EXPECT_EQ(read_up_to(client, 100'000).size(), 100'000U);
    reset(client);
    EXPECT_TRUE(within_a_second([&] { return met && holdings() == before; }));
    EXPECT_TRUE(met == std::errc::connection_reset || met == std::errc::broken_pipe);
}

// Scenario 27, for handlers that never see the connection.
FIBER_TEST_F(ServerOverTcp, GivesUpConnectionsThatAreResetWhereverTheyAre) {
    const std::string large(everything, 'x');
    tcp_server tested([&](request&, response& answered) { answered.body = large; });
    let_others_run();
    const holdings before;
    const std::string_view begun[] = {
        "GET / HT", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf", get};
    for (const auto text : begun) {
        auto client = tested.connect();
        send(client, text);
        EXPECT_TRUE(within_a_second([&] { return tested->connections() == 1; }));
        let_others_run();
        reset(client);
        EXPECT_TRUE(within_a_second([&] { return holdings() == before; })) << text;
    }
}

// Scenario 26.
FIBER_TEST_F(ServerOverTcp, AnswersAThousandPipelinedRequestsInOrder) {
    tcp_server tested([](request& asked, response& answered) {
        answered.headers.add("Date", "x");
        answered.body = asked.target;
    });
    std::string input;
    std::string expected;
    for (int i = 0; i < 1'000; ++i) {
        const auto target = "/" + std::to_string(i);
        input += "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
        expected +=
            "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: " + std::to_string(target.size()) +
            "\r\n\r\n" + target;
    }
    auto client = tested.connect();
    send(client, input);
    client.shutdown_write();  // and the half-closed connection is still answered
    EXPECT_EQ(read_up_to(client, everything), expected);
}

// Scenario 26.
FIBER_TEST_F(ServerOverTcp, InvitesABodyThatWaits) {
    constexpr std::string_view invitation = "HTTP/1.1 100 Continue\r\n\r\n";
    tcp_server tested(
        [](request& asked, response& answered) { answered.body = "got " + asked.body; });
    auto client = tested.connect();
    send(client,
         "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n"
         "Connection: close\r\n\r\n");
    EXPECT_EQ(read_up_to(client, invitation.size()), invitation);
    send(client, "it");
    EXPECT_TRUE(read_up_to(client, everything).ends_with("\r\n\r\ngot it"));
}

// Scenario 28: 100 requests in flight are answered, none is accepted after stop().
FIBER_TEST_F(ServerOverTcp, StopsGracefully) {
    event enough;
    std::size_t waiting = 0;
    tcp_server tested([&](request&, response& answered) {
        ++waiting;
        enough.wait();
        answered.body = "late";
    });
    std::vector<net::tcp_stream> busy;
    for (int i = 0; i < 100; ++i) {
        busy.push_back(tested.connect());
        send(busy.back(), get);
    }
    ASSERT_TRUE(within_a_second([&] { return waiting == 100; }));
    tested->stop(10s);
    auto late = tested.connect();  // the kernel's doing; the server does not take it
    send(late, get);
    enough.set();
    for (auto& each : busy) {
        EXPECT_TRUE(read_up_to(each, everything).ends_with("\r\n\r\nlate"));
    }
    tested.join();
    EXPECT_EQ(tested->requests(), 100U);
}

}  // namespace
}  // namespace weft::http::test
