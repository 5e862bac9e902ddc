// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/channel.hpp>
#include <weft/http/server.hpp>
#include <weft/run.hpp>
#include <weft/task.hpp>
#include <weft/testing/memory_stream.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace weft::http::test {

using weft::testing::connect_in_memory;
using weft::testing::memory_options;
using weft::testing::memory_stream;

inline constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

inline void hello(request&, response& answered) {
    answered.body = "hello";
}

/// A client's end of a connection that a fiber serves.
class served_connection {
public:
    explicit served_connection(handler answer, server_options options = {},
                               memory_options transport = {})
        : served_connection(connect_in_memory(transport), std::move(answer), std::move(options)) {}

    memory_stream& client() { return *client_; }
    memory_stream* operator->() { return client_.get(); }

    /// Waits until the server has ended the connection.
    void join() { serving_.join(); }

private:
    served_connection(weft::testing::memory_connection made, handler answer, server_options options)
        : client_(std::move(made.client)),
          serving_(
              spawn([peer = std::move(made.server), answer = std::move(answer),
                     options = std::move(options)] { serve_connection(*peer, answer, options); })) {
    }

    std::unique_ptr<memory_stream> client_;
    task<> serving_;
};

/// Sends `input`, finishes sending and returns all that comes back.
inline std::string talk(std::string_view input, handler answer = hello, server_options options = {},
                        memory_options transport = {}) {
    served_connection connection(std::move(answer), std::move(options), transport);
    connection->write(input);
    connection->shutdown_write();
    return connection->read();
}

inline std::size_t count(std::string_view text, std::string_view what) {
    std::size_t found = 0;
    for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) {
        ++found;
    }
    return found;
}

/// Connections in memory for a server.
class memory_listener {
public:
    /// A new connection's client end.
    std::unique_ptr<memory_stream> connect(memory_options transport = {}) {
        auto made = connect_in_memory(transport);
        waiting_.send(std::move(made.server));
        return std::move(made.client);
    }

    server::accept_function accept() {
        return [this]() -> std::unique_ptr<net::stream> {
            auto next = waiting_.receive();
            ++accepted_;
            return std::move(*next);
        };
    }

    [[nodiscard]] std::size_t accepted() const noexcept { return accepted_; }

private:
    channel<std::unique_ptr<memory_stream>> waiting_{1'000};
    std::size_t accepted_ = 0;
};

}  // namespace weft::http::test
