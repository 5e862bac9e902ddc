// SPDX-License-Identifier: BSL-1.0
#include "baseline/boost_fiber.hpp"
#include "benches.hpp"
#include "harness.hpp"
#include "options.hpp"
#include "process.hpp"
#include "weft_side.hpp"

#include <weft/run.hpp>
#include <weft/task.hpp>

namespace weft::bench {

namespace {

void spawn_and_join(std::size_t fibers) {
    for (std::size_t i = 0; i < fibers; ++i) {
        spawn([] {}).join();
    }
}

}  // namespace

double weft_spawn_ns(std::size_t fibers, engine_maker engine) {
    const auto measure = [=] {
        spawn_and_join(fibers / 10);
        const auto start = own_cpu_time();
        spawn_and_join(fibers);
        const auto used = own_cpu_time() - start;
        return static_cast<double>(used.count()) / static_cast<double>(fibers);
    };
    run_options chosen;
    chosen.engine = engine;
    return run(measure, chosen);
}

void run_spawn(const options& chosen) {
    const std::size_t fibers = chosen.quick ? 10'000 : 1'000'000;
    hold({.bench = "spawn",
          .figures = {{"spawn and join an empty fiber", "ns", at_most_times(0.2)}},
          .weft = alone([=] { return weft_spawn_ns(fibers); }),
          .baseline = alone([=] { return boost_fiber_spawn_ns(fibers); })},
         chosen);
}

}  // namespace weft::bench
