// SPDX-License-Identifier: BSL-1.0
#include <weft/net/serve.hpp>
#include <weft/testing/stream_text.hpp>

#include "support/runtime_test.hpp"
#include "support/sockets.hpp"

#include <weft/net/tcp.hpp>
#include <weft/run.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace weft::net {
namespace {

void echo(stream& connection) {
    std::array<std::byte, 256> block{};
    while (const std::size_t count = connection.read_some(block)) {
        connection.write_all(std::span(block).first(count));
    }
}

std::string ask(tcp_stream& client, std::string_view text) {
    client.write_all(bytes_of(text));
    return testing::read_up_to(client, text.size());
}

using Serve = weft::test::runtime_test;

FIBER_TEST_F(Serve, ServesConnectionsConcurrently) {
    auto listener = test::listen_on_loopback();
    auto server = spawn([&] { serve(listener, echo); });
    auto one = tcp_stream::connect(listener.local_address());
    auto two = tcp_stream::connect(listener.local_address());
    EXPECT_EQ(ask(two, "two"), "two");
    EXPECT_EQ(ask(one, "one"), "one");
}

// T118
FIBER_TEST_F(Serve, ReportsAFailingHandlerOnceAndServesTheOthers) {
    auto listener = test::listen_on_loopback();
    std::vector<std::string> reports;
    serve_options chosen;
    chosen.on_error = [&](const std::exception_ptr& failure) {
        reports.push_back(describe(failure));
    };
    auto server = spawn([&] {
        serve(
            listener,
            [](stream& connection) {
                if (testing::read_up_to(connection, 1) == "!") {
                    throw std::runtime_error("handler failed");
                }
                echo(connection);
            },
            chosen);
    });
    auto bad = tcp_stream::connect(listener.local_address());
    EXPECT_EQ(ask(bad, "!"), "");  // closed
    auto good = tcp_stream::connect(listener.local_address());
    good.write_all(bytes_of("?"));
    EXPECT_EQ(ask(good, "x"), "x");
    EXPECT_EQ(reports, std::vector<std::string>{"handler failed"});
}

// T118
FIBER_TEST_F(Serve, ReportsToTheRuntimeWhenNobodyElseIsTold) {
    auto listener = test::listen_on_loopback();
    auto server = spawn(
        [&] { serve(listener, [](stream&) { throw std::runtime_error("handler failed"); }); });
    auto client = tcp_stream::connect(listener.local_address());
    EXPECT_EQ(testing::read_up_to(client, 1), "");
    server.cancel();
    server.join();
    const auto reports = take_reports();
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].kind, error_kind::unhandled_exception);
}

FIBER_TEST_F(Serve, EndsWhenTheListenerIsClosedAndTheLastConnectionHasEnded) {
    auto listener = test::listen_on_loopback();
    auto server = spawn([&] { serve(listener, echo); });
    auto client = tcp_stream::connect(listener.local_address());
    EXPECT_EQ(ask(client, "x"), "x");
    listener.close();
    EXPECT_EQ(ask(client, "still"), "still");
    EXPECT_FALSE(server.done());
    client.close();
    server.get();
}

// T118: a handler that was cancelled is no failure.
FIBER_TEST_F(Serve, CancelsItsConnectionsWhenItIsCancelled) {
    auto listener = test::listen_on_loopback();
    serve_options chosen;
    chosen.on_error = [](const std::exception_ptr&) { ADD_FAILURE(); };
    auto server = spawn([&] { serve(listener, echo, chosen); });
    auto client = tcp_stream::connect(listener.local_address());
    EXPECT_EQ(ask(client, "x"), "x");
    server.cancel();
    EXPECT_THROW(server.get(), cancelled);
    EXPECT_EQ(testing::read_up_to(client, 1), "");
}

FIBER_TEST_F(Serve, ServesNoMoreConnectionsThanAllowed) {
    auto listener = test::listen_on_loopback();
    auto server = spawn([&] { serve(listener, echo, {.max_connections = 1, .on_error = {}}); });
    auto first = tcp_stream::connect(listener.local_address());
    EXPECT_EQ(ask(first, "1"), "1");
    auto second = tcp_stream::connect(listener.local_address());
    second.write_all(bytes_of("2"));
    EXPECT_FALSE(move_on_after(std::chrono::milliseconds(20),
                               [&] { (void)testing::read_up_to(second, 1); }));
    first.close();
    EXPECT_EQ(testing::read_up_to(second, 1), "2");
}

}  // namespace
}  // namespace weft::net
