// SPDX-License-Identifier: BSL-1.0
#include "benches.hpp"
#include "harness.hpp"
#include "options.hpp"
#include "process.hpp"

#include <weft/event.hpp>
#include <weft/run.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include <chrono>
#include <random>
#include <string>
#include <vector>

namespace weft::bench {

namespace {

constexpr std::size_t sleeps_each = 10;

void sleep_often(std::size_t seed) {
    std::minstd_rand random(static_cast<std::minstd_rand::result_type>(seed));
    std::uniform_int_distribution milliseconds(1, 100);
    for (std::size_t i = 0; i < sleeps_each; ++i) {
        this_fiber::sleep_for(std::chrono::milliseconds(milliseconds(random)));
    }
}

double us_per_sleep(std::chrono::duration<double, std::micro> used, std::size_t fibers) {
    return used.count() / static_cast<double>(fibers * sleeps_each);
}

// CPU time of the whole program, and of its part between the first sleep and the last join.
std::vector<double> cpu_us_per_sleep(std::size_t fibers) {
    const auto start = own_cpu_time();
    const auto sleeping = run([=] {
        event begin;
        std::vector<task<>> sleepers;
        sleepers.reserve(fibers);
        while (sleepers.size() < fibers) {
            sleepers.push_back(spawn([&begin, seed = sleepers.size()] {
                begin.wait();
                sleep_often(seed);
            }));
        }
        this_fiber::yield();  // now all of them wait
        const auto first = own_cpu_time();
        begin.set();
        for (auto& each : sleepers) {
            each.join();
        }
        return own_cpu_time() - first;
    });
    return {us_per_sleep(own_cpu_time() - start, fibers), us_per_sleep(sleeping, fibers)};
}

}  // namespace

void run_timers(const options& chosen) {
    const std::size_t fibers = chosen.quick ? 1'000 : 100'000;
    const std::string who =
        std::string(chosen.quick ? "1,000" : "100,000") + " fibers x 10 sleeps of 1-100 ms";
    hold({.bench = "timers",
          .figures = {{who, "us CPU/sleep", at_most(1.0)},
                      {"the same without starting the fibers", "us CPU/sleep"}},
          .weft = [=] { return in_child([=] { return cpu_us_per_sleep(fibers); }); }},
         chosen);
}

}  // namespace weft::bench
