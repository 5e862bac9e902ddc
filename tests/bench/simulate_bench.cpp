// SPDX-License-Identifier: BSL-1.0
#include "benches.hpp"
#include "harness.hpp"
#include "options.hpp"
#include "process.hpp"

#include <weft/net/tcp.hpp>
#include <weft/task.hpp>
#include <weft/testing/simulate.hpp>

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <span>

namespace weft::bench {

namespace {

constexpr std::size_t clients = 10;
constexpr std::size_t message = 100;  // bytes of a request and of a response

void read_whole(net::tcp_stream& from, std::span<std::byte> into) {
    while (!into.empty()) {
        const auto count = from.read_some(into);
        if (count == 0) {
            std::abort();
        }
        into = into.subspan(count);
    }
}

void answer(net::tcp_stream& client, std::size_t requests) {
    std::array<std::byte, message> block{};
    for (std::size_t i = 0; i < requests; ++i) {
        read_whole(client, block);
        client.write_all(block);
    }
}

void ask(const net::address& at, std::size_t requests) {
    auto server = net::tcp_stream::connect(at);
    std::array<std::byte, message> block{};
    for (std::size_t i = 0; i < requests; ++i) {
        server.write_all(block);
        read_whole(server, block);
    }
}

/// Clients at the same time, each with a connection of its own.
void exchange(std::size_t requests) {
    auto listener = net::tcp_listener::listen(net::address::parse_endpoint("10.1.0.1:80", 0));
    std::vector<task<void>> busy;
    for (std::size_t i = 0; i < clients; ++i) {
        busy.push_back(spawn([&] { ask(listener.local_address(), requests); }));
    }
    for (std::size_t i = 0; i < clients; ++i) {
        busy.push_back(
            spawn([client = listener.accept(), requests]() mutable { answer(client, requests); }));
    }
    for (auto& each : busy) {
        each.get();
    }
}

double pair_ns(std::size_t pairs) {
    const auto start = own_cpu_time();
    const auto found =
        testing::simulate(1, [=](testing::simulation&) { exchange(pairs / clients); });
    if (found.failed()) {
        std::fprintf(stderr, "simulate: %s\n", found.failure.c_str());
        std::abort();
    }
    return static_cast<double>((own_cpu_time() - start).count()) / static_cast<double>(pairs);
}

}  // namespace

void run_simulate(const options& chosen) {
    const std::size_t pairs = chosen.quick ? 1'000 : 200'000;
    hold({.bench = "simulate",
          .figures = {{"request and response", "ns", at_most(10'000)}},
          .weft = alone([=] { return pair_ns(pairs); })},
         chosen);
}

}  // namespace weft::bench
