// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "support/sockets.hpp"

#include <weft/http/server.hpp>
#include <weft/net/tcp.hpp>
#include <weft/task.hpp>

#include <memory>
#include <utility>

namespace weft::http::test {

/// An http server on a free port of 127.0.0.1, which ends with this object. In a fiber.
class tcp_server {
public:
    explicit tcp_server(handler answer, server_options options = {})
        : listener_(weft::test::listen_on_loopback()),
          tested_(std::move(answer), std::move(options)),
          serving_(spawn([this] {
              tested_.serve([this]() -> std::unique_ptr<net::stream> {
                  return std::make_unique<net::tcp_stream>(listener_.accept());
              });
          })) {}

    server* operator->() noexcept { return &tested_; }

    [[nodiscard]] net::tcp_listener& listener() noexcept { return listener_; }
    [[nodiscard]] net::tcp_stream connect() const {
        return net::tcp_stream::connect(listener_.local_address());
    }

    /// Waits until serve() has returned.
    void join() { serving_.get(); }

private:
    net::tcp_listener listener_;
    server tested_;
    task<> serving_;
};

}  // namespace weft::http::test
