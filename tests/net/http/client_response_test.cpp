// SPDX-License-Identifier: BSL-1.0
#include <weft/http/client_response.hpp>

#include "client_harness.hpp"
#include "support/runtime_test.hpp"

#include <weft/scope.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <limits>
#include <string>
#include <vector>

namespace weft::http::test {
namespace {

using namespace std::chrono_literals;

// What reading the body of a response with this text throws.
std::optional<error> reading_fails(const std::string& text) {
    memory_connector connector(answer_with({text}));
    session client(connector);
    auto answered = client.get("http://a.test/");
    auto failure = error_of([&] { answered.read_all(); });
    EXPECT_EQ(client.open_connections(), 0U);
    return failure;
}

using ClientResponse = weft::test::runtime_test;

FIBER_TEST_F(ClientResponse, ShowsItsHead) {
    memory_connector connector(
        answer_with({"HTTP/1.1 404 Gone Fishing\r\nContent-Length: 2\r\nX: y\r\n\r\nno"}));
    session client(connector);
    auto answered = client.get("http://a.test/x");
    EXPECT_EQ(answered.status(), 404U);
    EXPECT_EQ(answered.reason(), "Gone Fishing");
    EXPECT_EQ(answered.version(), version::http_1_1);
    EXPECT_EQ(answered.headers().find("x"), "y");
    EXPECT_EQ(answered.content_length(), 2U);
    EXPECT_EQ(answered.where().str(), "http://a.test/x");
    EXPECT_TRUE(answered.history().empty());
}

// Scenario 15.
FIBER_TEST_F(ClientResponse, IsTheSameByteByByte) {
    memory_connector connector(
        answer_with({"HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                     "chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n",
                     ok("fgh")}));
    connector.transport.most_per_read = 1;
    session client(connector);
    EXPECT_EQ(client.get("http://a.test/").read_all(), "abcde");
    auto second = client.get("http://a.test/");
    EXPECT_TRUE(second.reused());
    EXPECT_EQ(second.read_all(), "fgh");
}

FIBER_TEST_F(ClientResponse, IsReadWhileItArrives) {
    memory_connector connector([](memory_stream& stream) {
        stream.read_until("\r\n\r\n");
        stream.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc");
        this_fiber::sleep_for(5s);
        stream.write("def");
    });
    session client(connector);
    auto answered = client.get("http://a.test/");
    std::array<std::byte, 10> piece;
    EXPECT_EQ(answered.read_some(piece), 3U);
    EXPECT_EQ(clock::now().time_since_epoch(), 0s);
    EXPECT_EQ(answered.read_some(piece), 3U);
    EXPECT_EQ(answered.read_some(piece), 0U);
}

FIBER_TEST_F(ClientResponse, EndsWithTheConnectionIfNothingElseSays) {
    memory_connector connector(answer_with({"HTTP/1.1 200 OK\r\n\r\nall of it"}));
    session client(connector);
    EXPECT_EQ(client.get("http://a.test/").read_all(), "all of it");
    EXPECT_EQ(client.open_connections(), 0U);
}

// H12.
FIBER_TEST_F(ClientResponse, TellsHowMuchIsMissing) {
    const auto failure = reading_fails("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code(), errc::length_mismatch);
    EXPECT_EQ(failure->transferred(), 3U);
    EXPECT_EQ(failure->expected(), 10U);
    EXPECT_EQ(failure->where(), stage::body);
}

FIBER_TEST_F(ClientResponse, TellsThatChunksAreMissing) {
    const auto failure =
        reading_fails("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code(), errc::incomplete_body);
    EXPECT_EQ(failure->transferred(), 3U);
}

// C.3, 3.13.4: chunk size and data that differ are an error, not a hang.
FIBER_TEST_F(ClientResponse, RefusesBadChunks) {
    EXPECT_EQ(
        reading_fails("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n")
            ->code(),
        errc::bad_chunk);
}

FIBER_TEST_F(ClientResponse, TellsOfAResetInTheBody) {
    memory_connector connector([](memory_stream& stream) {
        stream.read_until("\r\n\r\n");
        stream.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
        this_fiber::sleep_for(1s);
        stream.reset();
    });
    session client(connector);
    auto answered = client.get("http://a.test/");
    const auto failure = error_of([&] { answered.read_all(); });
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code(), std::errc::connection_reset);
    EXPECT_EQ(failure->where(), stage::body);
    EXPECT_EQ(failure->transferred(), 3U);
}

// H05.
FIBER_TEST_F(ClientResponse, LimitsEachWaitForBytes) {
    memory_connector connector([](memory_stream& stream) {
        stream.read_until("\r\n\r\n");
        stream.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
        for (int i = 1;; ++i) {
            stream.write("x");
            this_fiber::sleep_for(i * 1s);
        }
    });
    session client(connector, {.read_timeout = 4500ms});
    auto answered = client.get("http://a.test/");
    const auto failure = error_of([&] { answered.read_all(); });
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code(), errc::read_timeout);
    EXPECT_EQ(failure->where(), stage::body);
    EXPECT_EQ(failure->transferred(), 5U);
}

FIBER_TEST_F(ClientResponse, CanBeReadOnAfterACancelledRead) {
    memory_connector connector([](memory_stream& stream) {
        stream.read_until("\r\n\r\n");
        stream.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n");
        this_fiber::sleep_for(5s);
        stream.write("abcdef");
    });
    session client(connector);
    auto answered = client.get("http://a.test/");
    std::array<std::byte, 10> piece;
    EXPECT_FALSE(move_on_after(1s, [&] { return answered.read_some(piece); }));
    EXPECT_EQ(answered.read_all(), "abcdef");
}

FIBER_TEST_F(ClientResponse, BoundsReadAll) {
    memory_connector connector(answer_with({ok("123456"), ok("123456"), ok("123456")}));
    session client(connector);
    EXPECT_EQ(client.get("http://a.test/").read_all(6), "123456");
    EXPECT_EQ(client.get("http://a.test/").read_all(std::numeric_limits<std::size_t>::max()),
              "123456");
    auto second = client.get("http://a.test/");
    EXPECT_EQ(error_of([&] { second.read_all(5); })->code(), errc::body_too_large);
}

FIBER_TEST_F(ClientResponse, CannotBeReadAfterClose) {
    memory_connector connector(answer_with({ok("hello")}));
    session client(connector);
    auto answered = client.get("http://a.test/");
    answered.close();
    answered.close();
    EXPECT_EQ(client.open_connections(), 0U);
    EXPECT_EQ(error_of([&] { answered.read_all(); })->code(), std::errc::not_connected);
}

FIBER_TEST_F(ClientResponse, MayOutliveItsSession) {
    memory_connector connector(serve(hello));
    std::optional<client_response> answered;
    {
        session client(connector);
        answered.emplace(client.get("http://a.test/"));
    }
    EXPECT_EQ(answered->read_all(), "hello");
}

}  // namespace
}  // namespace weft::http::test
