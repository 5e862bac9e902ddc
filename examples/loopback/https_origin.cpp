// SPDX-License-Identifier: BSL-1.0
#include "loopback/https_origin.hpp"

#include <weft/net/address.hpp>

#include <memory>
#include <utility>

namespace loopback {

using weft::net::address;
using weft::net::tcp_listener;
using weft::net::tcp_stream;
using weft::net::tls_context;
using weft::net::tls_server_options;
using weft::net::tls_stream;

namespace {

tls_context context_for(const certificate& proof) {
    tls_server_options options;
    options.certificate_pem = proof.chain_pem;
    options.private_key_pem = proof.key_pem;
    options.alpn = {"http/1.1"};
    return tls_context::server(options);
}

}  // namespace

https_origin::https_origin(const certificate& proof, weft::http::handler answer)
    : context_(context_for(proof)),
      listener_(tcp_listener::listen(address::loopback_v4(0))),
      server_(std::move(answer)),
      serving_(weft::spawn([this] {
          server_.serve([this]() -> std::unique_ptr<weft::net::stream> {
              auto plain = std::make_unique<tcp_stream>(listener_.accept());
              return std::make_unique<tls_stream>(std::move(plain), context_);
          });
      })) {}

}  // namespace loopback
