// SPDX-License-Identifier: BSL-1.0
#include "baseline/epoll_server.hpp"
#include "benches.hpp"
#include "options.hpp"
#include "server_contest.hpp"
#include "weft_server.hpp"

#include <string_view>

namespace weft::bench {

namespace {

// What wrk sends.
constexpr std::string_view request = "GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";

bool whole_reply(std::string_view received) {
    return received.ends_with("\r\n\r\nhello world");
}

}  // namespace

void run_http(const options& chosen) {
    load asked;
    asked.request = request;
    asked.complete = whole_reply;
    asked.connections = 100;
    if (chosen.quick) {
        asked.warm_up = std::chrono::milliseconds(10);
        asked.window = std::chrono::milliseconds(50);
    }
    hold(server_contest{.bench = "http",
                        .weft = serve_weft_http,
                        .baseline = serve_raw_http,
                        .asked = asked,
                        .cpu = at_most_times(1.25)},
         chosen);
}

}  // namespace weft::bench
