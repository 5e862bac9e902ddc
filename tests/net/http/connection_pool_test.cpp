// SPDX-License-Identifier: BSL-1.0
#include "http/connection_pool.hpp"

#include "client_harness.hpp"
#include "support/runtime_test.hpp"

#include <weft/scope.hpp>
#include <weft/semaphore.hpp>
#include <weft/task_group.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace weft::http::test {
namespace {

using namespace std::chrono_literals;

using ConnectionPool = weft::test::runtime_test;

// H01.
FIBER_TEST_F(ConnectionPool, UsesAConnectionAgain) {
    memory_connector connector(serve(hello));
    session client(connector);
    auto first = client.get("http://a.test/");
    EXPECT_FALSE(first.reused());
    first.read_all();
    auto second = client.get("http://a.test/");
    EXPECT_TRUE(second.reused());
    EXPECT_EQ(second.read_all(), "hello");
    EXPECT_EQ(connector.opened(), 1U);
}

// H01.
FIBER_TEST_F(ConnectionPool, ClosesAConnectionWhoseResponseWasNotRead) {
    memory_connector connector(serve(hello));
    session client(connector);
    (void)client.get("http://a.test/");
    this_fiber::sleep_for(1ms);
    EXPECT_EQ(connector.open(), 0U);
    EXPECT_FALSE(client.get("http://a.test/").reused());
}

// H01.
FIBER_TEST_F(ConnectionPool, DoesNotKeepWhatTheServerCloses) {
    memory_connector connector(
        serve([](request&, response& answered) { answered.headers.add("Connection", "close"); }));
    session client(connector);
    client.get("http://a.test/").read_all();
    EXPECT_EQ(client.idle_connections(), 0U);
}

FIBER_TEST_F(ConnectionPool, DoesNotKeepAConnectionWithBytesLeft) {
    memory_connector connector(answer_with({ok("hello") + "HTTP/1.1 200 OK\r\n", ok("x")}));
    session client(connector);
    EXPECT_EQ(client.get("http://a.test/").read_all(), "hello");
    EXPECT_EQ(client.idle_connections(), 0U);
}

FIBER_TEST_F(ConnectionPool, KeepsConnectionsOfDifferentTargetsApart) {
    memory_connector connector(serve(hello));
    session client(connector);
    for (const auto* where :
         {"http://a.test/", "http://b.test/", "http://a.test:81/", "https://a.test:80/"}) {
        auto answered = client.get(where);
        EXPECT_FALSE(answered.reused());
        answered.read_all();
    }
    EXPECT_EQ(client.idle_connections(), 4U);
}

FIBER_TEST_F(ConnectionPool, DropsConnectionsThatIdleTooLong) {
    memory_connector connector(serve(hello));
    session client(connector);
    client.get("http://a.test/").read_all();
    EXPECT_EQ(client.idle_connections(), 1U);
    this_fiber::sleep_for(16s);
    EXPECT_EQ(client.idle_connections(), 0U);
    EXPECT_EQ(client.open_connections(), 0U);
    EXPECT_EQ(connector.open(), 0U);
}

FIBER_TEST_F(ConnectionPool, DropsIdleConnectionsThatTheServerEnds) {
    memory_connector connector(answer_with({ok("hello")}));
    session client(connector);
    client.get("http://a.test/").read_all();
    this_fiber::sleep_for(1ms);
    EXPECT_EQ(client.idle_connections(), 0U);
    EXPECT_EQ(client.get("http://a.test/").read_all(), "hello");
}

// H05: a limit on a request does not live on with its connection.
FIBER_TEST_F(ConnectionPool, KeepsAConnectionUsableAfterALimit) {
    memory_connector connector(serve(hello));
    session client(connector, {.keep_alive = 1h});
    fail_after(1s, [&] { client.get("http://a.test/").read_all(); });
    this_fiber::sleep_for(10s);
    EXPECT_TRUE(client.get("http://a.test/").reused());
}

// H03.
FIBER_TEST_F(ConnectionPool, BoundsItsConnections) {
    memory_connector connector(serve([](request&, response&) { this_fiber::sleep_for(1s); }));
    session client(connector, {.max_connections = 2});
    with_task_group([&](task_group& group) {
        for (int i = 0; i < 10; ++i) {
            group.spawn([&] { client.get("http://a.test/").read_all(); });
        }
    });
    EXPECT_EQ(connector.most_open(), 2U);
    EXPECT_EQ(clock::now().time_since_epoch(), 5s);
}

// H03: one host that is full does not block another.
FIBER_TEST_F(ConnectionPool, BoundsConnectionsOfEachHost) {
    memory_connector connector(serve([](request&, response&) { this_fiber::sleep_for(1s); }));
    session client(connector, {.max_per_host = 1});
    with_task_group([&](task_group& group) {
        for (const auto* where : {"http://a.test/", "http://a.test/", "http://b.test/"}) {
            group.spawn([&client, where] { client.get(where).read_all(); });
        }
    });
    EXPECT_EQ(connector.most_open(), 2U);
    EXPECT_EQ(clock::now().time_since_epoch(), 2s);
}

FIBER_TEST_F(ConnectionPool, MakesRoomForAnotherHost) {
    memory_connector connector(serve(hello));
    session client(connector, {.max_connections = 1});
    client.get("http://a.test/").read_all();
    EXPECT_EQ(client.get("http://b.test/").read_all(), "hello");
    this_fiber::sleep_for(1ms);
    EXPECT_EQ(connector.open(), 1U);
}

// H03: a cancelled waiter frees its place in the line.
FIBER_TEST_F(ConnectionPool, ForgetsACancelledWaiter) {
    memory_connector connector(serve([](request&, response&) { this_fiber::sleep_for(1s); }));
    session client(connector, {.max_connections = 1});
    auto first = spawn([&] { client.get("http://a.test/").read_all(); });
    auto second = spawn([&] { client.get("http://a.test/").read_all(); });
    auto third = spawn([&] { return client.get("http://a.test/").read_all(); });
    this_fiber::sleep_for(500ms);
    second.cancel();
    third.get();
    EXPECT_EQ(clock::now().time_since_epoch(), 2s);
    EXPECT_EQ(client.open_connections(), 1U);
}

// H03, A.16: what was granted to a waiter that is cancelled in the same turn goes to the next.
FIBER_TEST_F(ConnectionPool, PassesOnWhatACancelledWaiterWasGranted) {
    memory_connector connector(serve(hello));
    session client(connector, {.max_connections = 1});
    auto held = client.get("http://a.test/");
    auto second = spawn([&] { client.get("http://a.test/").read_all(); });
    auto third = spawn([&] { return client.get("http://a.test/").read_all(); });
    this_fiber::sleep_for(1ms);
    held.read_all();  // grants the connection to the second ...
    second.cancel();  // ... which never gets to use it
    EXPECT_EQ(third.get(), "hello");
}

// H04.
FIBER_TEST_F(ConnectionPool, ClosesTheConnectionOfACancelledRequest) {
    memory_connector connector(serve([](request&, response&) { this_fiber::sleep_for(1h); }));
    session client(connector, {.total_timeout = 0s, .read_timeout = 0s});
    EXPECT_FALSE(move_on_after(1s, [&] { (void)client.get("http://a.test/"); }));
    EXPECT_EQ(client.open_connections(), 0U);
}

// H13.
FIBER_TEST_F(ConnectionPool, ServesManyFibers) {
    memory_connector connector(serve([](request& asked, response& answered) {
        this_fiber::sleep_for(10ms);
        answered.body = asked.target;
    }));
    session client(connector);
    counting_semaphore places(10);
    std::vector<std::string> bodies(50);
    with_task_group([&](task_group& group) {
        for (std::size_t i = 0; i < bodies.size(); ++i) {
            group.spawn([&, i] {
                places.acquire();
                bodies[i] =
                    client.get("http://h" + std::to_string(i % 5) + ".test/" + std::to_string(i))
                        .read_all();
                places.release();
            });
        }
    });
    for (std::size_t i = 0; i < bodies.size(); ++i) {
        EXPECT_EQ(bodies[i], "/" + std::to_string(i));
    }
    EXPECT_LE(connector.most_open(), 10U);
}

FIBER_TEST_F(ConnectionPool, RefusesWorkOnceClosed) {
    memory_connector connector(serve(hello));
    session client(connector, {.max_connections = 1});
    auto held = client.get("http://a.test/");
    auto waiting =
        spawn([&] { return error_of([&] { (void)client.get("http://a.test/"); })->code(); });
    this_fiber::sleep_for(1ms);
    client.close();
    EXPECT_EQ(waiting.get(), errc::session_closed);
    EXPECT_EQ(error_of([&] { (void)client.get("http://a.test/"); })->code(), errc::session_closed);
    EXPECT_EQ(held.read_all(), "hello");
    EXPECT_EQ(client.open_connections(), 0U);
}

}  // namespace
}  // namespace weft::http::test
