// SPDX-License-Identifier: BSL-1.0
//
// A capacity limiter knows who has its tokens, and how many there are can change at any time.
#include "guide/guide.hpp"

#include <weft/capacity_limiter.hpp>
#include <weft/error.hpp>
#include <weft/run.hpp>
#include <weft/task_group.hpp>
#include <weft/this_fiber.hpp>

#include <chrono>
#include <cstdio>

namespace {

using namespace std::chrono_literals;

void work(weft::capacity_limiter& limiter, int number) {
    limiter.acquire();
    std::printf("%d works, %zu at a time\n", number, limiter.borrowed());
    weft::this_fiber::sleep_for(10ms);
    limiter.release();
}

}  // namespace

int main() {
    weft::run(
        [] {
            weft::capacity_limiter limiter(1);
            weft::with_task_group([&](weft::task_group& group) {
                for (int number = 1; number <= 4; ++number) {
                    group.spawn([&, number] { work(limiter, number); });
                }
                weft::this_fiber::sleep_for(15ms);
                limiter.set_total(2);
            });
            try {
                limiter.release();
            } catch (const weft::usage_error&) {
                std::printf("who has no token cannot give it back\n");
            }
        },
        guide::options());
}
