// SPDX-License-Identifier: BSL-1.0
//
// boost_fiber_port CA_FILE URL...: a pipeline of Boost.Fiber, as its users write them: channels,
// fibers, a future. One line is weft's, and the middle stage may wait for the network.
#include <weft/boost_fiber.hpp>
#include <weft/http/client.hpp>
#include <weft/net/tcp_connector.hpp>
#include <weft/net/tls_connector.hpp>

#include <boost/fiber/all.hpp>

#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace fibers = boost::fibers;

struct page {
    std::string where;
    std::size_t size = 0;
    std::string failure;
};

using urls = fibers::buffered_channel<std::string>;
using pages = fibers::buffered_channel<page>;

/// Takes the next item. (The iterators of Boost 1.81's channel destroy each item twice.)
template <class Item>
bool take(fibers::buffered_channel<Item>& from, Item& item) {
    return from.pop(item) == fibers::channel_op_status::success;
}

void fetch_each(weft::http::session& session, urls& from, pages& to) {
    std::string where;
    while (take(from, where)) {
        page made;
        made.where = where;
        try {
            made.size = session.get(where).read_all().size();
        } catch (const std::exception& failed) {
            made.failure = failed.what();
        }
        to.push(std::move(made));
    }
}

/// Returns how many pages failed.
int print_each(pages& from) {
    int failures = 0;
    page each;
    while (take(from, each)) {
        failures += each.failure.empty() ? 0 : 1;
        std::printf("%s: %s\n", each.where.c_str(),
                    each.failure.empty() ? (std::to_string(each.size) + " bytes").c_str()
                                         : each.failure.c_str());
    }
    return failures;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fputs("usage: boost_fiber_port CA_FILE URL...\n", stderr);
        return 2;
    }
    const weft::boost_fiber_runtime runtime;  // the one line
    weft::net::tcp_connector tcp;
    weft::net::tls_connector connector(tcp, weft::net::tls_context::client({.ca_file = argv[1]}));
    weft::http::session session(connector);
    urls wanted(4);
    pages fetched(4);

    auto failures = fibers::async([&] { return print_each(fetched); });
    std::vector<fibers::fiber> fetchers;
    for (int i = 0; i < 3; ++i) {
        fetchers.emplace_back([&] { fetch_each(session, wanted, fetched); });
    }
    for (int at = 2; at < argc; ++at) {
        wanted.push(argv[at]);
    }
    wanted.close();
    for (auto& each : fetchers) {
        each.join();
    }
    fetched.close();
    return failures.get() == 0 ? 0 : 1;
}
