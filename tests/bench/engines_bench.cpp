// SPDX-License-Identifier: BSL-1.0
#include "baseline/boost_fiber.hpp"
#include "benches.hpp"
#include "harness.hpp"
#include "options.hpp"
#include "server_contest.hpp"
#include "weft_server.hpp"
#include "weft_side.hpp"

#include <weft/boost_fiber.hpp>

#include <string_view>

namespace weft::bench {

namespace {

constexpr std::size_t stack_size = 16 * 1024;

// The yield of Boost.Fiber itself, by two fibers of Boost.Fiber.
double attached_yield_ns(std::size_t yields) {
    const boost_fiber_runtime attached;
    return boost_yield_ns(yields);
}

void hold_against_boost_fiber(std::size_t times, const options& chosen) {
    const auto yielding = alone([=] { return boost_fiber_yield_ns(times); });
    hold({.bench = "engines",
          .figures = {{"yield of weft on Boost.Fiber, 2 fibers", "ns", at_most_times(0.5)}},
          .weft =
              alone([=] { return weft_yield_ns(2, times / 2, stack_size, &boost_fiber_engine); }),
          .baseline = yielding},
         chosen);
    hold({.bench = "engines",
          .figures = {{"yield of Boost.Fiber on weft, 2 fibers", "ns", at_most_times(0.5)}},
          .weft = alone([=] { return attached_yield_ns(times); }),
          .baseline = yielding},
         chosen);
    hold({.bench = "engines",
          .figures = {{"spawn and join on Boost.Fiber", "ns"}},
          .weft = alone([=] { return weft_spawn_ns(times / 10, &boost_fiber_engine); }),
          .baseline = alone([=] { return boost_fiber_spawn_ns(times / 10); })},
         chosen);
    hold({.bench = "engines",
          .figures = {{"hand-off by semaphore on Boost.Fiber", "ns"}},
          .weft = alone([=] { return weft_semaphore_ns(times / 10, &boost_fiber_engine); }),
          .baseline = alone([=] { return boost_fiber_channel_ns(times / 10); })},
         chosen);
}

// The native engine is the baseline.
void hold_against_native(std::size_t times, const options& chosen) {
    hold({.bench = "engines",
          .figures = {{"yield on Boost.Fiber, native engine beside it", "ns"}},
          .weft =
              alone([=] { return weft_yield_ns(2, times / 2, stack_size, &boost_fiber_engine); }),
          .baseline = alone([=] { return weft_yield_ns(2, times / 2, stack_size); })},
         chosen);
    hold(
        server_contest{.bench = "engines",
                       .weft =
                           [](const announce_port& announce) {
                               serve_weft_echo(announce, &boost_fiber_engine);
                           },
                       .baseline = [](const announce_port& announce) { serve_weft_echo(announce); },
                       .asked = echo_load(100, chosen.quick),
                       .cpu = at_most_times(1.05)},
        chosen);
}

}  // namespace

void run_engines(const options& chosen) {
    const std::size_t times = chosen.quick ? 100'000 : 10'000'000;
    hold_against_boost_fiber(times, chosen);
    hold_against_native(times, chosen);
}

}  // namespace weft::bench
