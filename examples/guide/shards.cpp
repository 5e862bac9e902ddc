// SPDX-License-Identifier: BSL-1.0
//
// More processors: a runtime on each of two threads. Both listen on one port, the kernel spreads
// the connections; what they have to tell each other goes by calls.
#include <weft/net/serve.hpp>
#include <weft/net/tcp.hpp>
#include <weft/run.hpp>
#include <weft/shard.hpp>
#include <weft/task_group.hpp>

#include <array>
#include <cstddef>
#include <cstdio>

namespace {

namespace net = weft::net;

void greet(net::tcp_stream& client) {
    client.write_all(net::bytes_of("hello"));
}

/// Serves until it is cancelled.
void serve_at(const net::address& at) {
    auto listener = net::tcp_listener::listen(at, {.reuse_port = true});
    net::serve(listener, greet);
}

std::size_t bytes_from(const net::address& server) {
    auto connection = net::tcp_stream::connect(server);
    std::array<std::byte, 16> piece{};
    std::size_t received = 0;
    while (const auto count = connection.read_some(piece)) {
        received += count;
    }
    return received;
}

/// Shard 0 directs; the others serve what it calls them for.
void direct(weft::shard& self) {
    if (self.index() != 0) {
        return;
    }
    auto listener = net::tcp_listener::listen(net::address::loopback_v4(0), {.reuse_port = true});
    const auto at = listener.local_address();
    weft::with_task_group([&](weft::task_group& group) {
        group.spawn([&] { net::serve(listener, greet); });
        for (std::size_t other = 1; other < self.count(); ++other) {
            group.spawn([&, other] { self.runtime(other).call([at] { serve_at(at); }); });
        }
        std::size_t received = 0;
        for (int client = 0; client < 20; ++client) {
            received += bytes_from(at);
        }
        std::printf("20 clients got %zu bytes from %zu shards\n", received, self.count());
        group.cancel();  // also what it has called the others for
    });
}

}  // namespace

int main() {
    weft::run_sharded(2, direct);
}
