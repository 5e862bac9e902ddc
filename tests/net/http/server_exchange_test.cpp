// SPDX-License-Identifier: BSL-1.0
#include <weft/http/server_exchange.hpp>

#include "server_harness.hpp"
#include "support/runtime_test.hpp"

#include <weft/http/error.hpp>
#include <weft/net/error.hpp>
#include <weft/this_fiber.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

namespace weft::http::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n";
constexpr std::string_view chunked_post =
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string read_all(server_exchange& exchange) {
    std::string body;
    std::array<char, 100> piece;
    while (const auto count = exchange.read_some(piece)) {
        body.append(piece.data(), count);
    }
    return body;
}

response with_body(std::string body) {
    response made;
    made.body = std::move(body);
    return made;
}

void echo(server_exchange& exchange) {
    exchange.respond(with_body(read_all(exchange)));
}

using ServerExchange = weft::test::runtime_test;

FIBER_TEST_F(ServerExchange, ReadsABodyWhileItArrives) {
    std::vector<std::string> pieces;
    served_connection connection([&](server_exchange& exchange) {
        std::array<char, 100> piece;
        while (const auto count = exchange.read_some(piece)) {
            pieces.emplace_back(piece.data(), count);
        }
        exchange.respond(with_body("thanks"));
    });
    connection->write(post);
    connection->write("abc");
    this_fiber::sleep_for(1s);
    EXPECT_EQ(pieces, std::vector<std::string>{"abc"});
    connection->write("def");
    EXPECT_TRUE(connection->read_until("thanks").ends_with("\r\nContent-Length: 6\r\n\r\nthanks"));
    EXPECT_EQ(pieces, (std::vector<std::string>{"abc", "def"}));
}

FIBER_TEST_F(ServerExchange, KeepsTheConnectionWhenRequestAndResponseAreComplete) {
    const auto text = talk(
        std::string(chunked_post) + "3\r\nabc\r\n0\r\n\r\n" + std::string(post) + "defghi", echo);
    EXPECT_EQ(count(text, "HTTP/1.1 200 OK"), 2U);
    EXPECT_NE(text.find("\r\n\r\nabc"), std::string::npos);
    EXPECT_TRUE(text.ends_with("\r\n\r\ndefghi"));
}

FIBER_TEST_F(ServerExchange, SendsABodyOfUnknownLengthInChunks) {
    const auto text = talk(std::string(get) + std::string(get), [](server_exchange& exchange) {
        exchange.begin(with_body("first"));
        exchange.write("");
        exchange.write("and second");
    });
    EXPECT_EQ(count(text, "\r\nTransfer-Encoding: chunked\r\n"), 2U);
    EXPECT_EQ(count(text, "\r\n\r\n5\r\nfirst\r\na\r\nand second\r\n0\r\n\r\n"), 2U);
}

FIBER_TEST_F(ServerExchange, SendsEachPieceAtOnce) {
    served_connection connection([](server_exchange& exchange) {
        exchange.begin({});
        this_fiber::sleep_for(1h);
        exchange.write("late");
    });
    connection->write(get);
    EXPECT_TRUE(connection->read_until("\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
    EXPECT_EQ(clock::now().time_since_epoch(), 0s);
    EXPECT_EQ(connection->read_until("late\r\n"), "4\r\nlate\r\n");
    EXPECT_EQ(clock::now().time_since_epoch(), 1h);
}

FIBER_TEST_F(ServerExchange, EndsTheBodyWithTheConnectionForOldClients) {
    const auto text =
        talk("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", [](server_exchange& exchange) {
            exchange.begin({});
            exchange.write("old");
        });
    EXPECT_NE(text.find("\r\nConnection: close\r\n"), std::string::npos);
    EXPECT_TRUE(text.ends_with("\r\n\r\nold"));
}

FIBER_TEST_F(ServerExchange, SendsNoBodyInAnswerToHead) {
    const auto text = talk("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", [](server_exchange& exchange) {
        exchange.begin(with_body("unseen"));
        exchange.write("unseen");
    });
    EXPECT_TRUE(text.ends_with("\r\n\r\n"));
    EXPECT_EQ(text.find("unseen"), std::string::npos);
}

// Scenario 24: what a client does not read waits in its handler, not in memory.
FIBER_TEST_F(ServerExchange, HoldsUpTheHandlerOfAClientThatDoesNotRead) {
    std::size_t written = 0;
    served_connection connection(
        [&](server_exchange& exchange) {
            exchange.begin({});
            const std::string piece(1'000, 'x');
            for (;;) {
                exchange.write(piece);
                written += piece.size();
            }
        },
        {.write_timeout = 10s});
    connection->write(get);
    connection.join();
    EXPECT_LE(written, 64U * 1024U);
    EXPECT_GE(clock::now().time_since_epoch(), 10s);
    EXPECT_LE(clock::now().time_since_epoch(), 11s + 250ms);
}

/// Sends a body that goes on with a byte per second, which is refused after about 10 s.
void expect_refusal_of_trickle(std::string_view beginning) {
    const auto begin = clock::now();
    served_connection connection(echo, {.body_timeout = 10s});
    connection->write(chunked_post);
    connection->write(beginning);
    auto sending = spawn([&] {
        for (int i = 0; i < 60; ++i) {
            connection->write("1\r\nx\r\n");
            this_fiber::sleep_for(1s);
        }
        connection->write("0\r\n\r\n");
    });
    EXPECT_TRUE(connection->read_until("\r\n").starts_with("HTTP/1.1 408 "));
    EXPECT_LE(clock::now() - begin, 11s + 250ms);
    sending.cancel();
}

// Scenario 24: 64 KiB have the time of body_timeout; one byte now and then does not renew it.
FIBER_TEST_F(ServerExchange, RefusesABodyThatComesTooSlowly) {
    expect_refusal_of_trickle("");
    expect_refusal_of_trickle("10000\r\n" + std::string(65'536, 'x') + "\r\n");
}

FIBER_TEST_F(ServerExchange, CountsNoTimeOfTheHandlerForTheBody) {
    served_connection connection(
        [](server_exchange& exchange) {
            std::array<char, 3> begun;
            (void)exchange.read_some(begun);
            this_fiber::sleep_for(60s);
            echo(exchange);
        },
        {.body_timeout = 10s});
    connection->write(post);
    connection->write("abcdef");
    EXPECT_TRUE(connection->read_until("\r\n").starts_with("HTTP/1.1 200 "));
}

FIBER_TEST_F(ServerExchange, TakesALargeBodyForAsLongAsItKeepsComing) {
    std::size_t received = 0;
    served_connection connection(
        [&](server_exchange& exchange) {
            received = read_all(exchange).size();
            exchange.respond({});
        },
        {.max_body = 10'000'000, .body_timeout = 10s});
    connection->write(chunked_post);
    for (int i = 0; i < 20; ++i) {
        connection->write("10000\r\n" + std::string(65'536, 'x') + "\r\n");
        this_fiber::sleep_for(5s);
    }
    connection->write("0\r\n\r\n");
    EXPECT_TRUE(connection->read_until("\r\n").starts_with("HTTP/1.1 200 "));
    EXPECT_EQ(received, 20U * 65'536U);
}

FIBER_TEST_F(ServerExchange, BoundsTheBody) {
    int handled = 0;
    const handler counting = [&](server_exchange& exchange) {
        ++handled;
        echo(exchange);
    };
    EXPECT_TRUE(talk(post, counting, {.max_body = 5}).starts_with("HTTP/1.1 413 "));
    EXPECT_EQ(handled, 0);
    const auto chunks = std::string(chunked_post) + "6\r\nabcdef\r\n0\r\n\r\n";
    EXPECT_TRUE(talk(chunks, counting, {.max_body = 5}).starts_with("HTTP/1.1 413 "));
}

FIBER_TEST_F(ServerExchange, RefusesAMalformedBodyWhateverTheHandlerDoes) {
    int reports = 0;
    const server_options chosen{.on_error = [&](const std::exception_ptr&) { ++reports; }};
    const auto bad = std::string(chunked_post) + "x\r\n" + std::string(get);
    const auto text = talk(
        bad,
        [](server_exchange& exchange) {
            EXPECT_THROW(read_all(exchange), error);
            EXPECT_THROW(exchange.respond(with_body("fine")), error);
        },
        chosen);
    EXPECT_TRUE(text.starts_with("HTTP/1.1 400 "));
    EXPECT_EQ(count(text, "HTTP/1.1"), 1U);
    EXPECT_EQ(talk(bad, echo, chosen), text);
    EXPECT_EQ(reports, 0);
}

// Invariant 1: after one response there is no second, not even a refusal.
FIBER_TEST_F(ServerExchange, SaysNothingMoreWhenABodyTurnsOutMalformedAfterTheResponse) {
    const auto text = talk(std::string(chunked_post) + "x\r\n", [](server_exchange& exchange) {
        exchange.respond(with_body("early"));
        (void)read_all(exchange);
    });
    EXPECT_TRUE(text.ends_with("\r\n\r\nearly"));
    EXPECT_EQ(count(text, "HTTP/1.1"), 1U);
}

FIBER_TEST_F(ServerExchange, DropsABodyThatTheHandlerDidNotRead) {
    const auto text = talk(std::string(post) + "abcdef" + std::string(get),
                           [](server_exchange& exchange) { exchange.respond({}); });
    EXPECT_EQ(count(text, "HTTP/1.1 200"), 1U);
    EXPECT_NE(text.find("\r\nConnection: close\r\n"), std::string::npos);
}

// A client that still sends must not be reset before it has read the answer.
FIBER_TEST_F(ServerExchange, LetsTheClientSendWhatTheHandlerDidNotRead) {
    served_connection connection([](server_exchange& exchange) { exchange.respond({}); });
    connection->write(post);
    this_fiber::sleep_for(1s);
    EXPECT_NO_THROW(connection->write("abcdef"));
    EXPECT_TRUE(connection->read().starts_with("HTTP/1.1 200 "));
}

// Scenario 26.
FIBER_TEST_F(ServerExchange, InvitesABodyOnceItIsRead) {
    served_connection connection(echo);
    connection->write(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(connection->read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    connection->write("ok");
    EXPECT_TRUE(connection->read_until("\r\n\r\nok").starts_with("HTTP/1.1 200 "));
}

FIBER_TEST_F(ServerExchange, DoesNotInviteABodyOnceItHasAnswered) {
    served_connection connection([](server_exchange& exchange) {
        exchange.respond(with_body("no"));
        EXPECT_EQ(read_all(exchange), "ok");
    });
    connection->write(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_TRUE(connection->read_until("\r\n\r\nno").starts_with("HTTP/1.1 200 "));
    connection->write("ok");
    EXPECT_EQ(connection->read(), "");
}

// T118: one report; the client is told, or sees a body that does not end.
FIBER_TEST_F(ServerExchange, ReportsAFailingHandlerOnce) {
    int reports = 0;
    const server_options chosen{.on_error = [&](const std::exception_ptr&) { ++reports; }};
    const auto early = talk(
        get, [](server_exchange&) { throw std::runtime_error("secret"); }, chosen);
    EXPECT_TRUE(early.starts_with("HTTP/1.1 500 "));
    EXPECT_EQ(early.find("secret"), std::string::npos);
    const auto late = talk(
        get,
        [](server_exchange& exchange) {
            exchange.begin(with_body("half"));
            throw std::runtime_error("secret");
        },
        chosen);
    EXPECT_TRUE(late.ends_with("\r\n\r\n4\r\nhalf\r\n"));
    EXPECT_EQ(reports, 2);
}

FIBER_TEST_F(ServerExchange, RefusesAResponseThatContradictsItsLength) {
    int reports = 0;
    const server_options chosen{.on_error = [&](const std::exception_ptr&) { ++reports; }};
    response head;
    head.headers.add("Content-Length", "3");
    const auto shorter = talk(
        get,
        [&](server_exchange& exchange) {
            exchange.begin(head);
            exchange.write("ab");
        },
        chosen);
    EXPECT_TRUE(shorter.ends_with("\r\n\r\nab"));
    const auto longer = talk(
        get,
        [&](server_exchange& exchange) {
            exchange.begin(head);
            exchange.write("abcd");
        },
        chosen);
    EXPECT_TRUE(longer.ends_with("\r\n\r\n"));
    EXPECT_EQ(reports, 2);
}

FIBER_TEST_F(ServerExchange, RefusesToBeUsedOutOfOrder) {
    const auto text = talk(get, [](server_exchange& exchange) {
        EXPECT_THROW(exchange.write("x"), usage_error);
        exchange.respond(with_body("once"));
        EXPECT_THROW(exchange.respond({}), usage_error);
        EXPECT_THROW(exchange.begin({}), usage_error);
        EXPECT_THROW(exchange.write("x"), usage_error);
    });
    EXPECT_EQ(count(text, "HTTP/1.1"), 1U);
    EXPECT_TRUE(text.ends_with("\r\n\r\nonce"));
}

FIBER_TEST_F(ServerExchange, TakesSilenceOfAHandlerForAFailure) {
    int reports = 0;
    const auto text = talk(get, [](server_exchange&) {},
                           {.on_error = [&](const std::exception_ptr&) { ++reports; }});
    EXPECT_TRUE(text.starts_with("HTTP/1.1 500 "));
    EXPECT_EQ(reports, 1);
}

}  // namespace
}  // namespace weft::http::test
