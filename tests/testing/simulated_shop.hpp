// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// An HTTP server and its clients for simulations.

#include "loopback/certificates.hpp"

#include <weft/error.hpp>
#include <weft/http/client.hpp>
#include <weft/http/server.hpp>
#include <weft/net/tcp.hpp>
#include <weft/net/tcp_connector.hpp>
#include <weft/net/tls.hpp>
#include <weft/net/tls_connector.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/testing/simulate.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace weft::testing::shop {

inline const loopback::certificate_authority& authority() {
    static const loopback::certificate_authority made;
    return made;
}

inline const net::tls_context& server_context() {
    static const auto made = [] {
        const auto issued = authority().issue({.host_names = {"shop.test"}});
        return net::tls_context::server({.certificate_pem = issued.chain_pem,
                                         .private_key_pem = issued.key_pem,
                                         .alpn = {"http/1.1"}});
    }();
    return made;
}

/// A server at an address that answers with what was asked for, and counts orders by name.
class server {
public:
    explicit server(const std::string& at, bool secure = false, http::server_options options = {})
        : listener_(net::tcp_listener::listen(net::address::parse_endpoint(at, 0))),
          http_(
              [this](http::request& asked, http::response& answered) {
                  if (asked.method == "POST") {
                      ++orders_[asked.target];
                  }
                  answered.body = asked.target + asked.body;
              },
              std::move(options)),
          serving_(spawn(
              [this, secure] {
                  http_.serve([this, secure]() -> std::unique_ptr<net::stream> {
                      auto plain = std::make_unique<net::tcp_stream>(listener_.accept());
                      if (!secure) {
                          return plain;
                      }
                      return std::make_unique<net::tls_stream>(std::move(plain), server_context());
                  });
              },
              {.name = "server"})) {}

    /// How often each order came.
    [[nodiscard]] const std::map<std::string, int>& orders() const noexcept { return orders_; }

private:
    std::map<std::string, int> orders_;
    net::tcp_listener listener_;
    http::server http_;
    task<void> serving_;
};

/// What a client has to connect with.
class client {
public:
    explicit client(http::session_options options = {})
        : tls_(tcp_, net::tls_context::client({.ca_pem = authority().certificate_pem()})),
          session_(tls_, std::move(options)) {}

    http::session* operator->() noexcept { return &session_; }

private:
    net::tcp_connector tcp_;
    net::tls_connector tls_;
    http::session session_;
};

}  // namespace weft::testing::shop
