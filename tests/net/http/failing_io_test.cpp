// SPDX-License-Identifier: BSL-1.0
//
// Scenario 17: every single call of a conversation fails once, in the server and in the client.
#include "client_harness.hpp"
#include "server_harness.hpp"
#include "support/runtime_test.hpp"

#include <weft/http/client.hpp>
#include <weft/http/error.hpp>
#include <weft/net/error.hpp>
#include <weft/testing/failing_stream.hpp>

#include <array>
#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <system_error>
#include <utility>

namespace weft::http::test {
namespace {

using weft::testing::failing_stream;
using weft::testing::planned_failure;

constexpr std::errc codes[] = {std::errc::connection_reset, std::errc::broken_pipe,
                               std::errc::timed_out};

// Reads, invites a body, answers in pieces and as a whole; the longest way through a server.
void converse(memory_stream& client) {
    client.write(
        "POST /stream HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
        "Transfer-Encoding: chunked\r\n\r\n");
    client.read_until("\r\n\r\n");
    client.write("3\r\nabc\r\n");
    client.write(
        "0\r\n\r\nGET /whole HTTP/1.1\r\nHost: a\r\n\r\nBREW / HTTP/1.1\r\nHost: a\r\n\r\n");
    client.read();
}

void stream_or_answer(server_exchange& exchange) {
    std::array<char, 2> piece;
    while (exchange.read_some(piece) != 0) {
    }
    response head;
    head.body.assign(100'000, 'x');
    if (exchange.asked().target == "/stream") {
        exchange.begin(head);
        exchange.write("more");
    } else {
        exchange.respond(head);
    }
}

using FailingIo = weft::test::runtime_test;

/// Serves one client whose connection fails according to plan, and one whose does not.
void serve_two(planned_failure& plan) {
    memory_listener listener;
    int reports = 0;
    server tested(stream_or_answer, {.on_error = [&](const std::exception_ptr&) { ++reports; }});
    const auto accept = listener.accept();
    auto serving = spawn([&] {
        tested.serve([&]() -> std::unique_ptr<net::stream> {
            auto taken = accept();
            if (listener.accepted() > 1) {
                return taken;
            }
            return std::make_unique<failing_stream>(std::move(taken), plan);
        });
    });
    auto unlucky = listener.connect();
    try {
        converse(*unlucky);
    } catch (const io_error&) {
        EXPECT_TRUE(plan.happened);
    }
    auto lucky = listener.connect();
    lucky->write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(lucky->read().starts_with("HTTP/1.1 200 "));
    this_fiber::sleep_for(std::chrono::seconds(3));  // no linger_timeout is longer
    EXPECT_EQ(tested.connections(), 0U);
    EXPECT_EQ(reports, 0) << "a failing peer is not the handler's fault";
    tested.stop();
    serving.get();
}

TEST_F(FailingIo, EndsOneConnectionOfAServerWhicheverCallFails) {
    for (const auto code : codes) {
        std::size_t calls = 0;
        for (bool failed = true; failed; ++calls) {
            planned_failure plan{calls, code};
            run([&] { serve_two(plan); });
            failed = plan.happened;
        }
        EXPECT_GE(calls, 12U);
    }
}

/// Opens connections that fail according to plan; opening is a call, too.
class failing_connector final : public net::connector {
public:
    failing_connector(net::connector& inner, planned_failure& plan) : inner_(inner), plan_(plan) {}

    [[nodiscard]] std::unique_ptr<net::stream> connect(const net::target& wanted) override {
        plan_.strike("connect");
        return std::make_unique<failing_stream>(inner_.connect(wanted), plan_);
    }

private:
    net::connector& inner_;
    planned_failure& plan_;
};

// A reused connection, a redirect, a body that is generated, one that is large.
void ask_for_all(session& client) {
    EXPECT_EQ(client.get("http://a.test/moved").read_all(), "GET /here ");
    int left = 3;
    EXPECT_EQ(client
                  .send({.method = "PUT",
                         .where = "http://a.test/",
                         .source = [&](std::span<std::byte> into) -> std::size_t {
                             into[0] = std::byte{'x'};
                             return left-- > 0 ? 1 : 0;
                         }})
                  .read_all(),
              "PUT / xxx");
    const std::string large(100'000, 'y');
    EXPECT_EQ(client.post("http://a.test/", large).read_all(), "POST / " + large);
}

void move_or_echo(request& asked, response& answered) {
    if (asked.target == "/moved") {
        answered.status = 302;
        answered.headers.add("Location", "/here");
    } else {
        answered.body = asked.method + " " + asked.target + " " + asked.body;
    }
}

/// Asks with connections that fail according to plan, and once more.
void ask_twice(planned_failure& plan) {
    memory_connector peers(serve(move_or_echo));
    {
        failing_connector connector(peers, plan);
        session client(connector, {.max_connections = 1});  // a place that is lost would be missed
        try {
            ask_for_all(client);
        } catch (const error& failed) {
            EXPECT_TRUE(plan.happened);
            EXPECT_EQ(failed.code(), plan.code) << failed.what();
            EXPECT_NE(failed.where(), stage::none);
        }
        plan.disarm();
        EXPECT_LE(client.open_connections(), 1U);
        ask_for_all(client);
    }
    this_fiber::sleep_for(std::chrono::seconds(1));  // until the servers have seen it
    EXPECT_EQ(peers.open(), 0U);
}

TEST_F(FailingIo, EndsOneRequestOfAClientWhicheverCallFails) {
    for (const auto code : codes) {
        std::size_t calls = 0;
        for (bool failed = true; failed; ++calls) {
            planned_failure plan{calls, code};
            run([&] { ask_twice(plan); });
            failed = plan.happened;
        }
        EXPECT_GE(calls, 12U);
    }
}

}  // namespace
}  // namespace weft::http::test
