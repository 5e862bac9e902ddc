// SPDX-License-Identifier: BSL-1.0
#include "baseline/fcontext_ring.hpp"
#include "benches.hpp"
#include "harness.hpp"
#include "options.hpp"
#include "process.hpp"

#include <weft/run.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include <vector>

namespace weft::bench {

namespace {

constexpr std::size_t warm_up_laps = 2;

// One loop for all, as in the baseline: the processor predicts returns to one place, while fibers
// that yield in different places cost some 6 ns more for a return predicted wrongly.
[[gnu::noinline]] void yield_often(std::size_t laps) {
    for (std::size_t i = 0; i < laps; ++i) {
        this_fiber::yield();
    }
}

// One lap of the main fiber is one yield of each.
double weft_yield_ns(std::size_t fibers, std::size_t laps) {
    return run([=] {
        std::vector<task<>> others;
        others.reserve(fibers - 1);
        while (others.size() < fibers - 1) {
            others.push_back(spawn([=] { yield_often(warm_up_laps + laps); }));
        }
        yield_often(warm_up_laps);
        const auto start = own_cpu_time();
        yield_often(laps);
        const auto used = own_cpu_time() - start;
        for (auto& each : others) {
            each.join();
        }
        return static_cast<double>(used.count()) / static_cast<double>(laps * fibers);
    });
}

struct size {
    std::size_t fibers;
    const char* name;
    double target;
};

}  // namespace

void run_yield(const options& chosen) {
    const std::size_t switches = chosen.quick ? 200'000 : 10'000'000;
    const size most =
        chosen.quick ? size{10'000, "10,000 fibers", 0.6} : size{100'000, "100,000 fibers", 0.6};
    for (const auto& each : {size{2, "2 fibers", 1.5}, size{1'000, "1,000 fibers", 1.0}, most}) {
        const auto fibers = each.fibers;
        const auto laps = switches / fibers;
        hold({.bench = "yield",
              .figures = {{each.name, "ns per yield", at_most_times(each.target)}},
              .weft = alone([=] { return weft_yield_ns(fibers, laps); }),
              .baseline = alone([=] { return fcontext_jump_ns(fibers, laps); })},
             chosen);
    }
}

}  // namespace weft::bench
