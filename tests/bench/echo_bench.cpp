// SPDX-License-Identifier: BSL-1.0
#include "baseline/epoll_server.hpp"
#include "benches.hpp"
#include "options.hpp"
#include "server_contest.hpp"
#include "weft_server.hpp"

#include <string_view>
#include <vector>

namespace weft::bench {

namespace {

constexpr std::string_view message =
    "sixty-four bytes go there and come back, as fast as they can do.";
static_assert(message.size() == 64);

bool whole_message(std::string_view received) {
    return received.size() == message.size();
}

}  // namespace

load echo_load(std::size_t connections, bool quick) {
    load asked;
    asked.request = message;
    asked.complete = whole_message;
    asked.connections = connections;
    if (quick) {
        asked.warm_up = std::chrono::milliseconds(10);
        asked.window = std::chrono::milliseconds(50);
    }
    return asked;
}

void run_echo(const options& chosen) {
    const server serve = [](const announce_port& announce) { serve_weft_echo(announce); };
    const auto sizes = chosen.quick ? std::vector<std::size_t>{10, 100}
                                    : std::vector<std::size_t>{100, 1'000, 10'000};
    for (const auto connections : sizes) {
        hold(server_contest{.bench = "echo",
                            .weft = serve,
                            .baseline = serve_raw_echo,
                            .asked = echo_load(connections, chosen.quick),
                            .cpu = at_most_times(1.05),
                            .p99 = at_most_times(1.1)},
             chosen);
    }
    auto single = echo_load(1, chosen.quick);
    single.spin = true;
    hold(server_contest{.bench = "echo",
                        .weft = serve,
                        .baseline = serve_raw_echo,
                        .asked = single,
                        .p50 = at_most_times(0.5)},
         chosen);
    show_idle("echo", serve, serve_raw_echo, single, chosen);
}

}  // namespace weft::bench
