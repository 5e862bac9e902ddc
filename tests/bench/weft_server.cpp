// SPDX-License-Identifier: BSL-1.0
#include "weft_server.hpp"

#include "socket.hpp"

#include <weft/io.hpp>
#include <weft/run.hpp>
#include <weft/task.hpp>
#include <weft/unique_fd.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <utility>

namespace weft::bench {

namespace {

void echo(int fd) {
    std::array<std::byte, 4'096> buffer;
    for (;;) {
        auto left = std::span<const std::byte>(buffer).first(io::recv(fd, buffer));
        if (left.empty()) {
            return;
        }
        while (!left.empty()) {
            left = left.subspan(io::send(fd, left));
        }
    }
}

// The load generator ends its connections with a reset.
void echo_until_reset(int fd) {
    try {
        echo(fd);
    } catch (const io_error&) {
    }
}

}  // namespace

void serve_weft_echo(const announce_port& announce) {
    run([&] {
        const int listener = listen_on_loopback();
        announce(port_of(listener));
        for (;;) {
            auto accepted = io::accept(listener);
            send_at_once(accepted.get());
            spawn([peer = std::move(accepted)] { echo_until_reset(peer.get()); }).detach();
        }
    });
}

}  // namespace weft::bench
