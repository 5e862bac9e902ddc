// SPDX-License-Identifier: BSL-1.0
//
// Fibers that wait for each other: a latch opens once, a barrier again and again, call_once() lets
// one do the work for all.
#include "guide/guide.hpp"

#include <weft/barrier.hpp>
#include <weft/latch.hpp>
#include <weft/once.hpp>
#include <weft/run.hpp>
#include <weft/task_group.hpp>
#include <weft/this_fiber.hpp>

#include <chrono>
#include <cstdio>

namespace {

using namespace std::chrono_literals;

constexpr int runners = 3;

}  // namespace

int main() {
    weft::run(
        [] {
            weft::latch start(1);
            weft::once_flag announced;
            int lap = 0;
            weft::barrier line(runners, [&] { std::printf("lap %d is over\n", ++lap); });
            weft::with_task_group([&](weft::task_group& group) {
                for (int runner = 1; runner <= runners; ++runner) {
                    group.spawn([&, runner] {
                        start.wait();
                        weft::call_once(announced, [] { std::printf("go\n"); });
                        for (int i = 0; i < 2; ++i) {
                            weft::this_fiber::sleep_for(runner * 10ms);
                            if (line.arrive_and_wait() == runners - 1) {
                                std::printf("runner %d was the last\n", runner);
                            }
                        }
                    });
                }
                start.count_down();
            });
        },
        guide::options());
}
