// SPDX-License-Identifier: BSL-1.0
#include "http/server_connection.hpp"

#include "server_harness.hpp"
#include "support/runtime_test.hpp"

#include <weft/this_fiber.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <ostream>
#include <string>
#include <string_view>

namespace weft::http::test {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;

void echo(request& asked, response& answered) {
    answered.body = asked.method + " " + asked.target + " " + asked.body;
}

// Time limits are counted in ticks of at most a second.
void expect_about(clock::duration limit) {
    const auto now = clock::now().time_since_epoch();
    EXPECT_GE(now, limit);
    EXPECT_LE(now, limit + 1s);
}

using ServerConnection = weft::test::runtime_test;

FIBER_TEST_F(ServerConnection, KeepsTheConnection) {
    served_connection connection(hello);
    for (int i = 0; i < 3; ++i) {
        connection->write(get);
        const auto text = connection->read_until("hello");
        EXPECT_TRUE(text.starts_with("HTTP/1.1 200 OK\r\n"));
        EXPECT_EQ(text.find("Connection:"), std::string::npos);
    }
}

FIBER_TEST_F(ServerConnection, SendsSmallResponsesInOneWrite) {
    auto made = connect_in_memory();
    made.client->write(get);
    made.client->shutdown_write();
    const server_options chosen;
    const handler answer(hello);
    const tick_limits times(chosen);
    server_connection(*made.server, answer, chosen, times).run();
    EXPECT_EQ(made.server->writes(), 1U);
}

FIBER_TEST_F(ServerConnection, EndsTheConnectionWhenAsked) {
    served_connection connection(hello);
    connection->write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    EXPECT_NE(connection->read().find("\r\nConnection: close\r\n"), std::string::npos);
}

FIBER_TEST_F(ServerConnection, EndsTheConnectionWhenTheHandlerAsks) {
    served_connection connection(
        [](request&, response& answered) { answered.headers.add("Connection", "close"); });
    connection->write(get);
    EXPECT_EQ(count(connection->read(), "Connection: close"), 1U);
}

FIBER_TEST_F(ServerConnection, SpeaksWithOldClients) {
    EXPECT_NE(talk("GET / HTTP/1.0\r\n\r\n").find("Connection: close"), std::string::npos);
    served_connection connection(hello);
    connection->write("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_NE(connection->read_until("hello").find("Connection: keep-alive"), std::string::npos);
    connection->write(get);
    connection->read_until("hello");
}

// Scenario 26.
FIBER_TEST_F(ServerConnection, AnswersPipelinedRequestsInOrder) {
    std::string input;
    std::string expected;
    for (int i = 0; i < 1'000; ++i) {
        input += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
        expected += std::to_string(i) + ",";
    }
    served_connection connection([](request& asked, response& answered) {
        answered.headers.add("Date", "x");
        answered.body = asked.target.substr(1) + ",";
    });
    auto sending = spawn([&] {
        connection->write(input);
        connection->shutdown_write();
    });
    std::string bodies;
    const auto text = connection->read();
    for (std::size_t at = 0; (at = text.find("\r\n\r\n", at)) != std::string::npos;) {
        at += 4;
        bodies += text.substr(at, text.find(',', at) + 1 - at);
    }
    EXPECT_EQ(bodies, expected);
}

// Scenario 26.
FIBER_TEST_F(ServerConnection, AnswersAClientThatHasFinishedSending) {
    EXPECT_TRUE(talk(get).ends_with("hello"));
}

// Scenario 15.
FIBER_TEST_F(ServerConnection, TakesBytesOneByOne) {
    const auto text = talk(
        "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        "2\r\nab\r\n1;x=y\r\nc\r\n0\r\nT: v\r\n\r\nGET /y HTTP/1.1\r\nHost: a\r\n\r\n",
        echo, {}, {.most_per_read = 1});
    EXPECT_NE(text.find("POST /x abc"), std::string::npos);
    EXPECT_TRUE(text.ends_with("GET /y "));
}

FIBER_TEST_F(ServerConnection, ReadsABodyByItsLength) {
    const auto text = talk(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET /2 HTTP/1.1\r\n"
        "Host: a\r\n\r\n",
        echo);
    EXPECT_NE(text.find("POST / hello"), std::string::npos);
    EXPECT_TRUE(text.ends_with("GET /2 "));
}

// CVE-2026-69243: the body of a request to upgrade is not the next request.
FIBER_TEST_F(ServerConnection, ReadsTheBodyOfARequestToUpgrade) {
    std::string body(get);
    const auto text = talk(
        "POST / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n"
        "Upgrade: websocket\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\n\r\n" + body,
        echo);
    EXPECT_EQ(count(text, "HTTP/1.1 200"), 1U);
}

FIBER_TEST_F(ServerConnection, SendsNoBodyInAnswerToHead) {
    const auto text = talk("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_NE(text.find("Content-Length: 5\r\n"), std::string::npos);
    EXPECT_TRUE(text.ends_with("\r\n\r\n"));
}

// Scenario 26.
FIBER_TEST_F(ServerConnection, InvitesABodyThatWaits) {
    served_connection connection(echo);
    connection->write(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(connection->read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    connection->write("ok");
    EXPECT_TRUE(connection->read_until("ok").ends_with("POST / ok"));
}

// Scenario 26.
FIBER_TEST_F(ServerConnection, RefusesALargeBodyInsteadOfInvitingIt) {
    served_connection connection(echo, {.max_body = 1});
    connection->write(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_TRUE(connection->read().starts_with("HTTP/1.1 413 "));
}

FIBER_TEST_F(ServerConnection, SendsLargeBodiesWhole) {
    const std::string body(300'000, 'x');
    const auto text = talk(get, [&](request&, response& answered) { answered.body = body; });
    EXPECT_EQ(text.size() - text.find("\r\n\r\n") - 4, body.size());
}

struct refusal {
    const char* what;
    std::string text;
    unsigned status;
};

void PrintTo(const refusal& shown, std::ostream* out) {
    *out << shown.what;
}

class Refusal : public weft::test::runtime_test, public ::testing::WithParamInterface<refusal> {};

// Scenarios 21, 22, 23, 25: refused and closed, no handler runs, what follows is no request.
FIBER_TEST_P(Refusal, EndsTheConnection) {
    int handled = 0;
    const auto text = talk(GetParam().text + std::string(get),
                           [&](request&, response&) { ++handled; }, {.max_body = 100});
    EXPECT_TRUE(text.starts_with("HTTP/1.1 " + std::to_string(GetParam().status) + " ")) << text;
    EXPECT_EQ(count(text, "HTTP/1.1 "), 1U);
    EXPECT_NE(text.find("\r\nConnection: close\r\n"), std::string::npos);
    EXPECT_EQ(handled, 0);
}

const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
const std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";

INSTANTIATE_TEST_SUITE_P(
    Table, Refusal,
    ::testing::Values(
        refusal{"length and chunked",
                post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        refusal{"two lengths", post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 400},
        refusal{"xchunked", post + "Transfer-Encoding: xchunked\r\n\r\n", 400},
        refusal{"gzip, chunked", post + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501},
        refusal{"folded", "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", 400},
        refusal{"bare LF", "GET / HTTP/1.1\nHost: a\n\n", 400},
        refusal{"blank before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400},
        refusal{"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
        refusal{"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        refusal{"HTTP/9.9", "GET / HTTP/9.9\r\nHost: a\r\n\r\n", 505},
        refusal{"HTTP/0.9", "GET /\r\n", 400},
        refusal{"unknown method", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
        refusal{"CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 501},
        refusal{"unknown expectation", "GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n", 417},
        refusal{"long target", "GET /" + std::string(65'536, 'a') + " HTTP/1.1\r\n\r\n", 414},
        refusal{"long field", "GET / HTTP/1.1\r\nX: " + std::string(65'536, 'a') + "\r\n\r\n", 431},
        refusal{"large body", post + "Content-Length: 101\r\n\r\n" + std::string(101, 'x'), 413},
        refusal{"large chunks",
                chunked + "33\r\n" + std::string(51, 'x') + "\r\n33\r\n" + std::string(51, 'x') +
                    "\r\n0\r\n\r\n",
                413},
        refusal{"huge chunk", chunked + "ffffffffffffffff\r\n" + std::string(200, 'x'), 413},
        refusal{"17 digits", chunked + "00000000000000001\r\nx\r\n0\r\n\r\n", 400},
        refusal{"no CRLF behind a chunk", chunked + "1\r\nxx0\r\n\r\n", 400},
        refusal{"LF behind a size", chunked + "1\nx\r\n0\r\n\r\n", 400},
        refusal{"long extension", chunked + "1;" + std::string(65'536, 'a'), 400},
        refusal{"bad trailer", chunked + "0\r\nX : y\r\n\r\n", 400},
        refusal{"many trailers",
                chunked + "0\r\n" +
                    [] {
                        std::string text;
                        for (int i = 0; i < 200; ++i) {
                            text += "a: b\r\n";
                        }
                        return text;
                    }() +
                    "\r\n",
                431}));

// C.2: a TLS client at a plain port gets an answer that says so, not silence.
FIBER_TEST_F(ServerConnection, RefusesTlsAtOnce) {
    served_connection connection(hello);
    connection->write("\x16\x03\x01"sv);
    EXPECT_TRUE(connection->read_until("\r\n").starts_with("HTTP/1.1 400 "));
}

// CVE-2025-69229: the cost of a body does not grow with the number of its chunks.
FIBER_TEST_F(ServerConnection, TakesManyTinyChunks) {
    std::string input = chunked;
    for (int i = 0; i < 50'000; ++i) {
        input += "1\r\nx\r\n";
    }
    served_connection connection([](request& asked, response& answered) {
        answered.body = std::to_string(asked.body.size());
    });
    auto sending = spawn([&] { connection->write(input + "0\r\n\r\n"); });
    EXPECT_TRUE(connection->read_until("\r\n\r\n50000").ends_with("50000"));
}

// Scenario 24.
FIBER_TEST_F(ServerConnection, RefusesAHeadThatComesTooSlowly) {
    served_connection connection(hello, {.header_timeout = 30s});
    auto sending = spawn([&] {
        for (;;) {
            connection->write("GET / HTTP/1.1\r\nHost: a\r\n"sv.substr(0, 1));
            this_fiber::sleep_for(3s);
        }
    });
    EXPECT_TRUE(connection->read_until("\r\n").starts_with("HTTP/1.1 408 "));
    expect_about(30s);
    sending.cancel();
}

// Scenario 24.
FIBER_TEST_F(ServerConnection, RefusesABodyThatComesTooSlowly) {
    served_connection connection(hello, {.body_timeout = 10s});
    connection->write(post + "Content-Length: 5\r\n\r\nh");
    EXPECT_TRUE(connection->read_until("\r\n").starts_with("HTTP/1.1 408 "));
    expect_about(10s);
}

// Scenario 24: a client that does not read is given up.
FIBER_TEST_F(ServerConnection, GivesUpAClientThatDoesNotRead) {
    served_connection connection(
        [](request&, response& answered) { answered.body.assign(1'000'000, 'x'); },
        {.write_timeout = 10s});
    connection->write(get);
    connection.join();
    expect_about(10s);
    EXPECT_LE(connection->unread(), 64U * 1024U);
}

FIBER_TEST_F(ServerConnection, KeepsAnIdleConnectionForAWhile) {
    served_connection connection(hello, {.idle_timeout = 20s});
    connection->write(get);
    connection->read_until("hello");
    EXPECT_EQ(connection->read(), "");
    expect_about(20s);
}

FIBER_TEST_F(ServerConnection, LetsHandlersTakeTheirTime) {
    const auto text = talk(get, [](request&, response& answered) {
        this_fiber::sleep_for(1h);
        answered.body = "done";
    });
    EXPECT_TRUE(text.ends_with("done"));
}

// Scenario 27.
FIBER_TEST_F(ServerConnection, EndsWhenTheClientResetsDuringAnUpload) {
    int handled = 0;
    served_connection connection([&](request&, response&) { ++handled; });
    connection->write(post + "Content-Length: 5\r\n\r\nh");
    this_fiber::yield();
    connection->reset();
    connection.join();
    EXPECT_EQ(handled, 0);
    EXPECT_EQ(clock::now().time_since_epoch(), 0s);
}

// Scenario 27.
FIBER_TEST_F(ServerConnection, EndsWhenTheClientResetsDuringAResponse) {
    served_connection connection(
        [](request&, response& answered) { answered.body.assign(1'000'000, 'x'); });
    connection->write(get);
    connection->read(100);
    connection->reset();
    connection.join();
    EXPECT_EQ(clock::now().time_since_epoch(), 0s);
}

FIBER_TEST_F(ServerConnection, SaysNothingToAClientThatLeftInTheMiddle) {
    EXPECT_EQ(talk("GET / HT"), "");
    EXPECT_EQ(talk(post + "Content-Length: 5\r\n\r\nh"), "");
}

// Rules for the codec: what a handler writes cannot split a response.
FIBER_TEST_F(ServerConnection, RefusesToSendABrokenResponse) {
    int reports = 0;
    const auto text =
        talk(get, [](request&, response& answered) { answered.reason = "OK\r\nX: y"; },
             {.on_error = [&](const std::exception_ptr&) { ++reports; }});
    EXPECT_TRUE(text.starts_with("HTTP/1.1 500 "));
    EXPECT_EQ(text.find("X: y"), std::string::npos);
    EXPECT_EQ(reports, 1);
}

}  // namespace
}  // namespace weft::http::test
