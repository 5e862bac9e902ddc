// SPDX-License-Identifier: BSL-1.0
#include "baseline/fcontext_ring.hpp"
#include "benches.hpp"
#include "harness.hpp"
#include "options.hpp"
#include "process.hpp"
#include "weft_side.hpp"

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

constexpr std::size_t kib = 1'024;
constexpr std::size_t small_stack = 16 * kib;
constexpr std::size_t default_stack = 256 * kib;

}  // namespace

// One lap of the main fiber is one yield of each.
double weft_yield_ns(std::size_t fibers, std::size_t laps, std::size_t stack_size,
                     engine_maker engine) {
    const auto measure = [=] {
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
    };
    run_options chosen;
    chosen.stack_size = stack_size;
    chosen.engine = engine;
    return run(measure, chosen);
}

namespace {

struct size {
    std::size_t fibers;
    std::size_t stack;
    const char* name;
    goal target{};
};

void hold_yield(const size& held, std::size_t switches, const options& chosen) {
    const auto laps = switches / held.fibers;
    hold({.bench = "yield",
          .figures = {{held.name, "ns per yield", held.target}},
          .weft = alone([=] { return weft_yield_ns(held.fibers, laps, held.stack); }),
          .baseline = alone([=] { return fcontext_jump_ns(held.fibers, laps, held.stack); })},
         chosen);
}

}  // namespace

void run_yield(const options& chosen) {
    const std::size_t switches = chosen.quick ? 200'000 : 10'000'000;
    hold_yield({2, small_stack, "2 fibers", at_most_times(1.5)}, switches, chosen);
    hold_yield({1'000, small_stack, "1,000 fibers", at_most_times(1.0)}, switches, chosen);
    if (chosen.quick) {
        return;
    }
    hold_yield({100'000, small_stack, "100,000 fibers", at_most_times(0.6)}, switches, chosen);
    hold_yield({100'000, default_stack, "100,000 fibers, 256 KiB stacks"}, switches, chosen);
}

}  // namespace weft::bench
