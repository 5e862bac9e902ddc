// SPDX-License-Identifier: BSL-1.0
//
// echo_server [--port P]: sends back what it receives, each connection in a fiber of its own.
#include "servers/server_program.hpp"

#include <weft/net/serve.hpp>
#include <weft/net/tcp.hpp>
#include <weft/task_group.hpp>

#include <array>
#include <cstddef>
#include <exception>
#include <span>

namespace {

void echo(weft::net::tcp_stream& connection) {
    std::array<std::byte, 16 * 1024> piece;  // uninitialized: only what was read is sent
    while (const auto size = connection.read_some(piece)) {
        connection.write_all(std::span(piece).first(size));
    }
}

void serve(weft::net::tcp_listener& listener, weft::event& stop, const servers::number_options&) {
    weft::net::serve_options options;
    options.on_error = [](const std::exception_ptr&) {};  // a client that breaks off is no event
    weft::with_task_group([&](weft::task_group& group) {
        group.spawn([&] {
            stop.wait();
            group.cancel("signal");
        });
        weft::net::serve(listener, echo, options);
    });
}

}  // namespace

int main(int argc, char** argv) {
    return servers::run_server(argc, argv, {}, serve);
}
