// SPDX-License-Identifier: BSL-1.0
//
// Waiting for several tasks: for any of them, for each as it ends, and a function over a range
// with a limit. None of them cancels what it waits for; a time limit is a scope around the call.
#include "guide/guide.hpp"

#include <weft/as_completed.hpp>
#include <weft/map_concurrently.hpp>
#include <weft/run.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>
#include <weft/wait.hpp>

#include <chrono>
#include <cstdio>
#include <ranges>
#include <vector>

namespace {

using namespace std::chrono_literals;

std::vector<weft::task<int>> three_tasks() {
    std::vector<weft::task<int>> tasks;
    for (const int number : {3, 1, 2}) {
        tasks.push_back(weft::spawn([number] {
            weft::this_fiber::sleep_for(number * 100ms);
            return number;
        }));
    }
    return tasks;
}

void any_and_all() {
    auto tasks = three_tasks();
    const auto [done, pending] = weft::wait_any(tasks);
    std::printf("the first to end is task %zu, %zu run on\n", done.front(), pending.size());
    if (!weft::move_on_after(50ms, [&] { weft::wait_all(tasks); })) {
        std::puts("50 ms later not all have ended, and none was cancelled");
    }
    weft::wait_all(tasks);
}

void each_as_it_ends() {
    auto tasks = three_tasks();
    for (auto& ended : weft::as_completed(tasks)) {
        std::printf("ended: %d\n", ended.get());
    }
}

void two_at_a_time() {
    const auto squares = weft::map_concurrently(std::views::iota(1, 6), 2, [](int number) {
        weft::this_fiber::sleep_for(100ms);
        return number * number;
    });
    for (const int square : squares) {
        std::printf("%d ", square);
    }
    std::puts("");
}

}  // namespace

int main() {
    weft::run(
        [] {
            any_and_all();
            each_as_it_ends();
            std::printf("%.1f s\n", guide::seconds_of(&two_at_a_time));
        },
        guide::options());
}
