// SPDX-License-Identifier: BSL-1.0
#include "benches.hpp"
#include "harness.hpp"
#include "options.hpp"
#include "process.hpp"

#include <weft/run.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include <chrono>
#include <random>
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

// All CPU time of the program, starting and joining the fibers included.
double cpu_us_per_sleep(std::size_t fibers) {
    const auto start = own_cpu_time();
    run([=] {
        std::vector<task<>> sleepers;
        sleepers.reserve(fibers);
        while (sleepers.size() < fibers) {
            sleepers.push_back(spawn([seed = sleepers.size()] { sleep_often(seed); }));
        }
        for (auto& each : sleepers) {
            each.join();
        }
    });
    const std::chrono::duration<double, std::micro> used = own_cpu_time() - start;
    return used.count() / static_cast<double>(fibers * sleeps_each);
}

}  // namespace

void run_timers(const options& chosen) {
    const std::size_t fibers = chosen.quick ? 1'000 : 100'000;
    hold({.bench = "timers",
          .figures = {{chosen.quick ? "1,000 fibers x 10 sleeps of 1-100 ms"
                                    : "100,000 fibers x 10 sleeps of 1-100 ms",
                       "us CPU/sleep", at_most(1.0)}},
          .weft = alone([=] { return cpu_us_per_sleep(fibers); })},
         chosen);
}

}  // namespace weft::bench
