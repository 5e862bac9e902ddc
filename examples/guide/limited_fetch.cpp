// SPDX-License-Identifier: BSL-1.0
//
// One session for the whole program, which reuses its connections, and a semaphore that limits
// how many requests are under way. The pages come from a server in the same program.
#include <weft/gather.hpp>
#include <weft/http/client.hpp>
#include <weft/http/server.hpp>
#include <weft/net/dns.hpp>
#include <weft/net/tcp.hpp>
#include <weft/net/tcp_connector.hpp>
#include <weft/run.hpp>
#include <weft/semaphore.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
namespace net = weft::net;
namespace http = weft::http;

int busy = 0;
int busiest = 0;

void slow_page(http::request& asked, http::response& answer) {
    busiest = std::max(busiest, ++busy);
    weft::this_fiber::sleep_for(20ms);
    --busy;
    answer.body = "this is " + asked.target;
}

std::vector<std::string> fetch_pages(std::uint16_t port, int count) {
    net::resolver names;
    net::tcp_connector connector(names);
    http::session session(connector);
    weft::counting_semaphore places(3);

    std::vector<weft::task<std::string>> pages;
    for (int page = 1; page <= count; ++page) {
        pages.push_back(weft::spawn([&, page] {
            places.acquire();
            const auto base = "http://127.0.0.1:" + std::to_string(port);
            auto body = session.get(base + "/" + std::to_string(page)).read_all();
            places.release();
            return body;
        }));
    }
    return weft::gather(std::move(pages));
}

}  // namespace

int main() {
    weft::run([] {
        auto listener = net::tcp_listener::listen(net::address::loopback_v4(0));
        http::server server(slow_page);
        auto serving = weft::spawn([&] {
            server.serve([&]() -> std::unique_ptr<net::stream> {
                return std::make_unique<net::tcp_stream>(listener.accept());
            });
        });
        const auto pages = fetch_pages(listener.local_address().port(), 10);
        std::printf("%zu pages, the last says: %s\n", pages.size(), pages.back().c_str());
        std::printf("never more than %d at once\n", busiest);
    });
}
