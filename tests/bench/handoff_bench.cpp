// SPDX-License-Identifier: BSL-1.0
#include "baseline/boost_fiber.hpp"
#include "benches.hpp"
#include "harness.hpp"
#include "options.hpp"
#include "process.hpp"
#include "weft_side.hpp"

#include <weft/channel.hpp>
#include <weft/run.hpp>
#include <weft/semaphore.hpp>
#include <weft/task.hpp>

namespace weft::bench {

// Two fibers wake each other in turn; each wake-up is one hand-off.
double weft_semaphore_ns(std::size_t handoffs, engine_maker engine) {
    const auto measure = [=] {
        counting_semaphore ping(0);
        counting_semaphore pong(0);
        const auto rounds = handoffs / 2;
        auto other = spawn([&] {
            for (std::size_t i = 0; i < rounds; ++i) {
                ping.acquire();
                pong.release();
            }
        });
        const auto start = own_cpu_time();
        for (std::size_t i = 0; i < rounds; ++i) {
            ping.release();
            pong.acquire();
        }
        const auto used = own_cpu_time() - start;
        other.join();
        return static_cast<double>(used.count()) / static_cast<double>(2 * rounds);
    };
    run_options chosen;
    chosen.engine = engine;
    return run(measure, chosen);
}

namespace {

// Capacity 0: as in the baseline, each item waits for its taker.
double weft_channel_ns(std::size_t items) {
    return run([=] {
        channel<int> passed(0);
        auto giver = spawn([&] {
            for (std::size_t i = 0; i < items; ++i) {
                passed.send(static_cast<int>(i));
            }
            passed.close();
        });
        const auto start = own_cpu_time();
        while (passed.receive()) {
        }
        const auto used = own_cpu_time() - start;
        giver.join();
        return static_cast<double>(used.count()) / static_cast<double>(items);
    });
}

}  // namespace

void run_handoff(const options& chosen) {
    const std::size_t handoffs = chosen.quick ? 20'000 : 2'000'000;
    const auto baseline = alone([=] { return boost_fiber_channel_ns(handoffs); });
    hold({.bench = "handoff",
          .figures = {{"semaphore", "ns", at_most_times(0.1)}},
          .weft = alone([=] { return weft_semaphore_ns(handoffs); }),
          .baseline = baseline},
         chosen);
    hold({.bench = "handoff",
          .figures = {{"channel<int>, unbuffered", "ns", at_most_times(0.2)}},
          .weft = alone([=] { return weft_channel_ns(handoffs); }),
          .baseline = baseline},
         chosen);
}

}  // namespace weft::bench
