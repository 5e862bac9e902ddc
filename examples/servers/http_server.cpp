// SPDX-License-Identifier: BSL-1.0
//
// http_server [--port P] [--header-timeout S]: answers every request with "hello world". A signal
// lets the requests in progress finish.
#include "servers/server_program.hpp"

#include <weft/clock.hpp>
#include <weft/http/server.hpp>
#include <weft/net/tcp.hpp>
#include <weft/task.hpp>

#include <chrono>
#include <exception>
#include <memory>

namespace {

void hello(weft::http::request&, weft::http::response& answer) {
    answer.headers.add("Content-Type", "text/plain");
    answer.body = "hello world";
}

void serve(weft::net::tcp_listener& listener, weft::event& stop,
           const servers::number_options& options) {
    weft::http::server_options chosen;
    chosen.header_timeout = std::chrono::duration_cast<weft::clock::duration>(
        std::chrono::duration<double>(options.at("--header-timeout")));
    chosen.on_error = [](const std::exception_ptr&) {};
    weft::http::server server(hello, chosen);
    auto stopping = weft::spawn([&] {
        stop.wait();
        server.stop(std::chrono::seconds(5));
    });
    server.serve([&]() -> std::unique_ptr<weft::net::stream> {
        return std::make_unique<weft::net::tcp_stream>(listener.accept());
    });
}

}  // namespace

int main(int argc, char** argv) {
    return servers::run_server(argc, argv, {{"--header-timeout", 60}}, serve);
}
