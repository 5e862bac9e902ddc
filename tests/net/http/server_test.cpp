// SPDX-License-Identifier: BSL-1.0
#include <weft/http/server.hpp>

#include "server_harness.hpp"
#include "support/runtime_test.hpp"

#include <weft/event.hpp>
#include <weft/net/error.hpp>
#include <weft/scope.hpp>
#include <weft/this_fiber.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace weft::http::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view last_get = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

using Server = weft::test::runtime_test;

FIBER_TEST_F(Server, AcceptsAndServes) {
    memory_listener listener;
    server tested(hello);
    auto serving = spawn([&] { tested.serve(listener.accept()); });
    auto client = listener.connect();
    client->write(last_get);
    EXPECT_TRUE(client->read().ends_with("\r\n\r\nhello"));
    tested.stop();
    serving.get();
    EXPECT_EQ(tested.requests(), 1U);
    EXPECT_EQ(tested.connections(), 0U);
}

FIBER_TEST_F(Server, TakesHandlersThatReturnAResponse) {
    memory_listener listener;
    server tested([](request& asked) {
        response made;
        made.status = 404;
        made.body = asked.target;
        return made;
    });
    auto serving = spawn([&] { tested.serve(listener.accept()); });
    auto client = listener.connect();
    client->write(last_get);
    EXPECT_TRUE(client->read().starts_with("HTTP/1.1 404 Not Found\r\n"));
    tested.stop();
    serving.get();
}

FIBER_TEST_F(Server, AcceptsNoMoreConnectionsThanAllowed) {
    memory_listener listener;
    server tested(hello, {.max_connections = 2});
    auto serving = spawn([&] { tested.serve(listener.accept()); });
    auto first = listener.connect();
    auto second = listener.connect();
    auto third = listener.connect();
    third->write(last_get);
    this_fiber::sleep_for(1s);
    EXPECT_EQ(listener.accepted(), 2U);
    first->close();
    EXPECT_TRUE(third->read().ends_with("hello"));
    tested.stop();
    serving.get();
}

// Scenario 28, H18: requests in progress finish, idle connections end at once.
FIBER_TEST_F(Server, StopsGracefully) {
    memory_listener listener;
    server tested([](request&, response& answered) {
        this_fiber::sleep_for(5s);
        answered.body = "late";
    });
    auto serving = spawn([&] { tested.serve(listener.accept()); });
    std::vector<std::unique_ptr<memory_stream>> busy;
    for (int i = 0; i < 100; ++i) {
        busy.push_back(listener.connect());
        busy.back()->write(get);
    }
    auto idle = listener.connect();
    this_fiber::sleep_for(1s);
    const auto stopped_at = clock::now();
    tested.stop(10s);
    EXPECT_EQ(idle->read(), "");
    EXPECT_EQ(clock::now(), stopped_at);
    for (auto& each : busy) {
        const auto text = each->read();
        EXPECT_TRUE(text.ends_with("late"));
        EXPECT_NE(text.find("Connection: close"), std::string::npos);
    }
    serving.get();
    EXPECT_EQ(listener.accepted(), 101U);
    EXPECT_LT(clock::now() - stopped_at, 5s);
}

// Scenario 28, H18: what exceeds the grace is cancelled and cleaned up.
FIBER_TEST_F(Server, CancelsWhatDoesNotFinishInTime) {
    memory_listener listener;
    bool cleaned_up = false;
    server tested([&](request&, response&) {
        struct cleanup {
            bool& done;
            ~cleanup() { done = true; }
        } at_end{cleaned_up};
        this_fiber::sleep_for(1h);
    });
    auto serving = spawn([&] { tested.serve(listener.accept()); });
    auto client = listener.connect();
    client->write(get);
    this_fiber::sleep_for(1s);
    const auto stopped_at = clock::now();
    tested.stop(10s);
    serving.get();
    EXPECT_EQ(clock::now() - stopped_at, 10s);
    EXPECT_TRUE(cleaned_up);
    EXPECT_EQ(client->read(), "");
}

FIBER_TEST_F(Server, StopBeforeServeIsNotLost) {
    memory_listener listener;
    server tested(hello);
    tested.stop();
    tested.serve(listener.accept());
    EXPECT_EQ(listener.accepted(), 0U);
}

FIBER_TEST_F(Server, EndsItsConnectionsWhenCancelled) {
    memory_listener listener;
    server tested(hello);
    std::unique_ptr<memory_stream> client;
    EXPECT_FALSE(move_on_after(1s, [&] {
        auto connecting = spawn([&] { client = listener.connect(); });
        tested.serve(listener.accept());
    }));
    EXPECT_EQ(client->read(), "");
    EXPECT_EQ(tested.connections(), 0U);
}

// Scenario 9, T119: out of descriptors, the server neither spins nor gives up.
FIBER_TEST_F(Server, PausesWhenDescriptorsRunOut) {
    memory_listener listener;
    server tested(hello);
    int calls = 0;
    auto accept = listener.accept();
    auto serving = spawn([&] {
        tested.serve([&]() -> std::unique_ptr<net::stream> {
            if (++calls <= 20) {
                throw net::error(std::make_error_code(std::errc::too_many_files_open), "accept");
            }
            return accept();
        });
    });
    auto client = listener.connect();
    client->write(last_get);
    EXPECT_TRUE(client->read().ends_with("hello"));
    EXPECT_GE(clock::now().time_since_epoch(), 2s);
    tested.stop();
    serving.get();
}

FIBER_TEST_F(Server, ThrowsWhatAcceptThrows) {
    server tested(hello);
    EXPECT_THROW(tested.serve([]() -> std::unique_ptr<net::stream> {
        throw net::error(std::make_error_code(std::errc::bad_file_descriptor), "accept");
    }),
                 net::error);
}

// T118: one report, that connection ends, the next client is served.
FIBER_TEST_F(Server, ReportsAFailingHandlerOnce) {
    memory_listener listener;
    int reports = 0;
    server tested(
        [](request& asked, response& answered) {
            if (asked.target == "/fail") {
                throw std::runtime_error("secret");
            }
            answered.body = "fine";
        },
        {.on_error = [&](const std::exception_ptr&) { ++reports; }});
    auto serving = spawn([&] { tested.serve(listener.accept()); });
    auto first = listener.connect();
    first->write("GET /fail HTTP/1.1\r\nHost: a\r\n\r\n");
    first->write(get);
    const auto text = first->read();
    EXPECT_TRUE(text.starts_with("HTTP/1.1 500 "));
    EXPECT_EQ(text.find("secret"), std::string::npos);
    EXPECT_EQ(count(text, "HTTP/1.1"), 1U);
    auto second = listener.connect();
    second->write(last_get);
    EXPECT_TRUE(second->read().ends_with("fine"));
    EXPECT_EQ(reports, 1);
    tested.stop();
    serving.get();
}

FIBER_TEST_F(Server, TellsTheRuntimeOfAFailingHandler) {
    talk(get, [](request&, response&) { throw std::runtime_error("boom"); });
    this_fiber::yield();
    const auto reports = take_reports();
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(describe(reports[0].error), "boom");
}

using ServeConnection = weft::test::runtime_test;

FIBER_TEST_F(ServeConnection, ClosesTheStreamAlthoughAnotherOwnsIt) {
    auto ends = connect_in_memory();
    ends.client->write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    serve_connection(*ends.server, hello);
    EXPECT_TRUE(ends.client->read().ends_with("hello"));
    EXPECT_THROW(ends.client->write("x"), net::error);
}

}  // namespace
}  // namespace weft::http::test
