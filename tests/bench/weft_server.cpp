// SPDX-License-Identifier: BSL-1.0
#include "weft_server.hpp"

#include <weft/http/server.hpp>
#include <weft/net/address.hpp>
#include <weft/net/serve.hpp>
#include <weft/net/tcp.hpp>
#include <weft/run.hpp>

#include <array>
#include <cstddef>
#include <exception>
#include <memory>
#include <span>

namespace weft::bench {

namespace {

net::tcp_listener listen_and(const announce_port& announce) {
    auto listener = net::tcp_listener::listen(net::address::loopback_v4(0));
    announce(listener.local_address().port());
    return listener;
}

void echo(net::tcp_stream& peer) {
    std::array<std::byte, 4'096> buffer;
    while (const auto got = peer.read_some(buffer)) {
        peer.write_all(std::span(buffer).first(got));
    }
}

// The load generator ends its connections with a reset.
void expect_reset(const std::exception_ptr&) {}

}  // namespace

void serve_weft_echo(const announce_port& announce, engine_maker engine) {
    run_options chosen;
    chosen.engine = engine;
    run(
        [&] {
            auto listener = listen_and(announce);
            net::serve(listener, echo, {.on_error = expect_reset});
        },
        chosen);
}

void serve_weft_http(const announce_port& announce) {
    run([&] {
        auto listener = listen_and(announce);
        http::server server([](http::request&, http::response& answer) {
            answer.headers.set("Content-Type", "text/plain");
            answer.body = "hello world";
        });
        server.serve([&] { return std::make_unique<net::tcp_stream>(listener.accept()); });
    });
}

}  // namespace weft::bench
