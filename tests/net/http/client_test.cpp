// SPDX-License-Identifier: BSL-1.0
#include <weft/http/client.hpp>

#include "client_harness.hpp"
#include "support/runtime_test.hpp"

#include <weft/net/error.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>

namespace weft::http::test {
namespace {

using namespace std::chrono_literals;

void echo(request& asked, response& answered) {
    answered.body = asked.method + " " + asked.target + " " + asked.body;
}

using Client = weft::test::runtime_test;

FIBER_TEST_F(Client, SendsRequests) {
    memory_connector connector(serve([](request& asked, response& answered) {
        answered.body = asked.method + " " + asked.target + " " +
                        std::string(asked.headers.find("Host").value_or("")) + " " + asked.body;
    }));
    session client(connector);
    EXPECT_EQ(client.get("http://a.test:8080/x?y").read_all(), "GET /x?y a.test:8080 ");
    EXPECT_EQ(client.post("http://a.test/", "body").read_all(), "POST / a.test body");
    EXPECT_EQ(client.head("http://a.test/").read_all(), "");
    EXPECT_EQ(connector.targets.at(0), (net::target{"a.test", 8080, false, {}}));
}

FIBER_TEST_F(Client, AsksForTlsByTheScheme) {
    memory_connector connector(serve(hello));
    session client(connector);
    client.get("https://a.test/").read_all();
    EXPECT_EQ(connector.targets.at(0), (net::target{"a.test", 443, true, {}}));
}

// H06.
FIBER_TEST_F(Client, LimitsTheWholeOverRedirectsAndBody) {
    memory_connector connector(serve([](request& asked, response& answered) {
        this_fiber::sleep_for(4s);
        if (asked.target == "/") {
            answered.status = 302;
            answered.headers.add("Location", "/next");
        }
    }));
    session client(connector, {.total_timeout = 6s});
    const auto failure = error_of([&] { (void)client.get("http://a.test/"); });
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code(), errc::total_timeout);
    EXPECT_EQ(clock::now().time_since_epoch(), 6s);
}

// H06: the limit for connecting includes the wait for a place.
FIBER_TEST_F(Client, LimitsConnecting) {
    memory_connector connector(serve(hello));
    session client(connector, {.max_connections = 1, .connect_timeout = 2s});
    auto held = client.get("http://a.test/");
    auto failure = error_of([&] { (void)client.get("http://b.test/"); });
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code(), errc::connect_timeout);
    EXPECT_EQ(failure->where(), stage::connect);
    held.close();
    connector.delay = 3s;
    failure = error_of([&] { (void)client.get("http://b.test/"); });
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code(), errc::connect_timeout);
    EXPECT_EQ(client.open_connections(), 0U);
}

FIBER_TEST_F(Client, LimitsTheWaitForAResponse) {
    memory_connector connector(serve([](request&, response&) { this_fiber::sleep_for(1h); }));
    session client(connector, {.read_timeout = 3s});
    const auto failure = error_of([&] { (void)client.get("http://a.test/"); });
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code(), errc::read_timeout);
    EXPECT_EQ(failure->where(), stage::head);
    EXPECT_EQ(failure->code(), std::errc::timed_out);
}

// C.1 retries: once, on a new connection, only if nothing of a response came.
FIBER_TEST_F(Client, SendsAgainWhenAKeptConnectionDied) {
    int connections = 0;
    memory_connector connector([&](memory_stream& stream) {
        ++connections;
        stream.read_until("\r\n\r\n");
        stream.write(ok("hello"));
        if (connections == 1) {
            stream.read_until("\r\n\r\n");
            stream.reset();
        }
    });
    session client(connector);
    client.get("http://a.test/").read_all();
    auto second = client.get("http://a.test/");
    EXPECT_FALSE(second.reused());
    EXPECT_EQ(second.read_all(), "hello");
    EXPECT_EQ(connections, 2);
}

FIBER_TEST_F(Client, DoesNotSendAgainWhatIsNotIdempotent) {
    memory_connector connector([](memory_stream& stream) {
        stream.read_until("\r\n\r\n");
        stream.write(ok("hello"));
        stream.read_until("\r\n\r\n");
        stream.reset();
    });
    session client(connector);
    client.get("http://a.test/").read_all();
    const auto failure = error_of([&] { (void)client.post("http://a.test/", ""); });
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code(), std::errc::connection_reset);
    EXPECT_EQ(connector.opened(), 1U);
}

FIBER_TEST_F(Client, DoesNotSendAgainOnANewConnection) {
    memory_connector connector([](memory_stream& stream) { stream.read_until("\r\n\r\n"); });
    session client(connector);
    const auto failure = error_of([&] { (void)client.get("http://a.test/"); });
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code(), errc::no_response);
    EXPECT_EQ(connector.opened(), 1U);
}

FIBER_TEST_F(Client, DoesNotSendAgainOnceAResponseBegan) {
    memory_connector connector(answer_with({ok("hello"), "HTTP/1.1 2"}));
    session client(connector);
    client.get("http://a.test/").read_all();
    const auto failure = error_of([&] { (void)client.get("http://a.test/"); });
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code(), errc::incomplete_head);
    EXPECT_EQ(connector.opened(), 1U);
}

// Section 3: what the network says stays distinguishable.
TEST_F(Client, TellsWhyItCouldNotConnect) {
    class refusing final : public net::connector {
    public:
        std::unique_ptr<net::stream> connect(const net::target&) override {
            throw net::error(std::make_error_code(std::errc::connection_refused), "connect");
        }
    } connector;
    run([&] {
        session client(connector);
        const auto failure = error_of([&] { (void)client.get("http://a.test/x"); });
        ASSERT_TRUE(failure);
        EXPECT_EQ(failure->code(), std::errc::connection_refused);
        EXPECT_EQ(failure->where(), stage::connect);
        EXPECT_NE(std::string(failure->what()).find("GET http://a.test/x: connect"),
                  std::string::npos);
        EXPECT_EQ(client.open_connections(), 0U);
    });
}

FIBER_TEST_F(Client, SkipsInterimResponses) {
    memory_connector connector(
        answer_with({"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" +
                     ok("hello")}));
    session client(connector);
    auto answered = client.get("http://a.test/");
    EXPECT_EQ(answered.status(), 200U);
    EXPECT_FALSE(answered.headers().contains("Link"));
}

FIBER_TEST_F(Client, BoundsInterimResponses) {
    memory_connector connector([](memory_stream& stream) {
        for (;;) {
            stream.write("HTTP/1.1 102 Processing\r\n\r\n");
        }
    });
    session client(connector);
    EXPECT_EQ(error_of([&] { (void)client.get("http://a.test/"); })->code(), errc::head_too_large);
}

FIBER_TEST_F(Client, RefusesBadResponses) {
    memory_connector connector(answer_with({"nonsense\r\n\r\n"}));
    session client(connector);
    const auto failure = error_of([&] { (void)client.get("http://a.test/"); });
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code(), errc::bad_start_line);
    EXPECT_EQ(failure->where(), stage::head);
    EXPECT_EQ(client.open_connections(), 0U);
}

FIBER_TEST_F(Client, SendsLargeBodies) {
    memory_connector connector(serve(echo));
    session client(connector);
    const std::string body(500'000, 'x');
    EXPECT_EQ(client.post("http://a.test/", body).read_all(), "POST / " + body);
    EXPECT_EQ(client.idle_connections(), 1U);
}

FIBER_TEST_F(Client, SendsGeneratedBodies) {
    memory_connector connector(serve(echo));
    session client(connector);
    int left = 3;
    auto answered = client.send({.method = "PUT",
                                 .where = "http://a.test/",
                                 .source = [&](std::span<std::byte> into) -> std::size_t {
                                     into[0] = std::byte{'x'};
                                     return left-- > 0 ? 1 : 0;
                                 }});
    EXPECT_EQ(answered.read_all(), "PUT / xxx");
}

FIBER_TEST_F(Client, PassesOnWhatABodySourceThrows) {
    memory_connector connector(serve(echo));
    session client(connector);
    std::string caught;
    try {
        (void)client.send({.method = "PUT",
                           .where = "http://a.test/",
                           .source = [](std::span<std::byte>) -> std::size_t {
                               throw std::runtime_error("no data");
                           }});
    } catch (const std::runtime_error& thrown) {
        caught = thrown.what();
    }
    EXPECT_EQ(caught, "no data");
    EXPECT_EQ(client.open_connections(), 0U);
}

// H10.
FIBER_TEST_F(Client, ReadsAnAnswerThatComesBeforeTheBodyWasSent) {
    memory_connector connector([](memory_stream& stream) {
        stream.read_until("\r\n\r\n");
        stream.write("HTTP/1.1 413 x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig");
        this_fiber::sleep_for(1h);
    });
    session client(connector);
    auto answered = client.post("http://a.test/", std::string(1'000'000, 'x'));
    EXPECT_EQ(answered.status(), 413U);
    EXPECT_EQ(answered.read_all(), "big");
    EXPECT_EQ(client.idle_connections(), 0U);
}

FIBER_TEST_F(Client, SendsTheFieldsOfTheSession) {
    memory_connector connector(serve([](request& asked, response& answered) {
        answered.body =
            std::string(*asked.headers.find("X-A")) + " " + std::string(*asked.headers.find("X-B"));
    }));
    session client(connector, {.headers = {{"X-A", "1"}, {"X-B", "2"}}});
    EXPECT_EQ(client.get("http://a.test/", {{"x-b", "3"}}).read_all(), "1 3");
}

}  // namespace
}  // namespace weft::http::test
