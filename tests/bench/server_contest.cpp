// SPDX-License-Identifier: BSL-1.0
#include "server_contest.hpp"

#include "options.hpp"

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <thread>
#include <utility>

namespace weft::bench {

namespace {

// 1000 becomes "1,000".
std::string grouped(std::size_t value) {
    auto text = std::to_string(value);
    for (auto end = text.size(); end > 3; end -= 3) {
        text.insert(end - 3, 1, ',');
    }
    return text;
}

std::string connections_text(std::size_t count) {
    return grouped(count) + (count == 1 ? " connection: " : " connections: ");
}

round driven(server code, load asked) {
    return [code = std::move(code), asked] {
        const server_process process(code);
        load_generator traffic(process, asked);
        const auto done = traffic.run();
        if (done.operations == 0) {
            throw std::runtime_error("a server completed nothing");
        }
        return std::vector{done.server_cpu_us / done.operations, done.operations / done.seconds,
                           done.latencies.quantile_us(0.5), done.latencies.quantile_us(0.99),
                           done.latencies.quantile_us(0.999)};
    };
}

round idle(server code, load before) {
    return [code = std::move(code), before] {
        const server_process process(code);
        load_generator traffic(process, before);
        static_cast<void>(traffic.run());  // its connection stays open, and silent
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        const auto start = process.cpu_time();
        std::this_thread::sleep_for(std::chrono::seconds(1));
        const std::chrono::duration<double, std::milli> used = process.cpu_time() - start;
        return std::vector{used.count()};
    };
}

bool descriptors_suffice(std::size_t connections, std::string_view bench) {
    constexpr std::size_t spare = 64;
    const auto limit = raise_descriptor_limit();
    if (connections + spare <= limit) {
        return true;
    }
    std::fprintf(stderr, "weft-bench: %.*s: %zu connections left out: only %zu descriptors\n",
                 static_cast<int>(bench.size()), bench.data(), connections, limit);
    return false;
}

}  // namespace

void hold(const server_contest& held, const options& chosen) {
    if (!descriptors_suffice(held.asked.connections, held.bench)) {
        return;
    }
    const auto who = connections_text(held.asked.connections);
    hold({.bench = held.bench,
          .figures = {{who + "server CPU", "us/op", held.cpu},
                      {who + "throughput", "op/s"},
                      {who + "p50", "us", held.p50},
                      {who + "p99", "us", held.p99},
                      {who + "p99.9", "us"}},
          .weft = driven(held.weft, held.asked),
          .baseline = driven(held.baseline, held.asked)},
         chosen);
}

void show_idle(std::string_view bench, const server& weft, const server& baseline,
               const load& before, const options& chosen) {
    hold({.bench = bench,
          .figures = {{"idle after traffic: server CPU", "ms/s", at_most(1)}},
          .weft = idle(weft, before),
          .baseline = idle(baseline, before)},
         chosen);
}

}  // namespace weft::bench
