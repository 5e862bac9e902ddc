// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>
#include <weft/http/limits.hpp>
#include <weft/http/message.hpp>
#include <weft/http/server_exchange.hpp>
#include <weft/net/stream.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft::http {

/// What answers requests: a function of (request&, response&), or of (request&) that returns a
/// response, both with whole bodies; or of (server_exchange&), which reads and writes piecewise.
///
/// It runs in the fiber of its connection and may block. The response of the first form starts as
/// an empty 200. What it throws becomes a 500 and a report, and ends the connection.
class handler {
public:
    template <class Function>
    requires std::invocable<Function&, request&, response&> handler(
        Function function)  // NOLINT(google-explicit-constructor)
        : whole_(std::move(function)) {}

    template <class Function>
    requires std::is_invocable_r_v<response, Function&, request&> handler(
        Function function)  // NOLINT(google-explicit-constructor)
        : whole_([answer = std::move(function)](request& asked, response& answered) mutable {
              answered = answer(asked);
          }) {}

    template <class Function>
    requires std::invocable<Function&, server_exchange&> handler(
        Function function)  // NOLINT(google-explicit-constructor)
        : streamed_(std::move(function)) {}

    /// Whether it is called with a server_exchange.
    [[nodiscard]] bool streams() const noexcept { return static_cast<bool>(streamed_); }

    void operator()(request& asked, response& answered) const { whole_(asked, answered); }
    void operator()(server_exchange& exchange) const { streamed_(exchange); }

private:
    std::function<void(request&, response&)> whole_;
    std::function<void(server_exchange&)> streamed_;
};

/// What can be chosen for a server. Every limit holds for each connection; a time limit ends up to
/// an eighth of the shortest one, and up to a second, late.
struct server_options {
    limits head = {};
    std::size_t max_body = 1024 * 1024;  ///< bytes of a request's body; beyond: 413
    /// From the first byte of a request to the end of its head; beyond: 408.
    clock::duration header_timeout = std::chrono::seconds(60);
    /// For the whole body of a request, or for each 64 KiB that a handler reads of it by
    /// server_exchange; beyond: 408.
    clock::duration body_timeout = std::chrono::seconds(60);
    /// For each 64 KiB of a response; beyond, the connection ends.
    clock::duration write_timeout = std::chrono::seconds(60);
    /// How long a connection without a request is kept.
    clock::duration idle_timeout = std::chrono::seconds(75);
    /// How long bytes are still taken, and dropped, after a refusal, so that it can be read.
    clock::duration linger_timeout = std::chrono::seconds(2);
    std::size_t max_connections = 10'000;  ///< beyond, none is accepted until one ends
    /// Methods that reach the handler; others: 501.
    std::vector<std::string> methods = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"};
    /// Takes what handlers throw; if empty, the runtime's error handler gets it.
    std::function<void(std::exception_ptr)> on_error = {};
};

/// Serves the requests of one connection, in order, until it ends. Refuses every malformed or
/// ambiguous request, after which it closes the connection: nothing behind it is read as a
/// request.
///
/// Blocks:       until the connection ends, by either side or by a limit.
/// Cancellation: passes; the stream is closed.
/// Failures of the connection end it and are not thrown.
void serve_connection(net::stream& connection, const handler& answer,
                      const server_options& options = {});

/// Serves all connections that an acceptor brings.
///
/// Threads: only on the thread of its runtime.
class server {
public:
    /// Waits for the next connection. Cancellation must lose none.
    using accept_function = std::function<std::unique_ptr<net::stream>()>;

    explicit server(handler answer, server_options options = {});
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    /// Accepts and serves connections, each in a fiber of its own. Once.
    ///
    /// When descriptors or memory run out, accepting pauses for 100 ms.
    /// Blocks:       until stop() and the end of the last connection.
    /// Cancellation: ends all connections at once, then throws cancelled.
    /// \throws what `accept` throws otherwise; the connections were ended then.
    void serve(const accept_function& accept);

    /// Ends serve() gracefully: accepts nothing more, closes idle connections, lets requests in
    /// progress finish for at most `grace` and cancels what is left. Idempotent.
    ///
    /// Blocks: never.
    void stop(clock::duration grace = std::chrono::seconds(60));

    /// Connections that are open now.
    [[nodiscard]] std::size_t connections() const noexcept;

    /// Requests that were answered, refusals included.
    [[nodiscard]] std::uint64_t requests() const noexcept;

private:
    class implementation;
    std::unique_ptr<implementation> self_;
};

}  // namespace weft::http
