// SPDX-License-Identifier: BSL-1.0
//
// What a function on a worker thread can do: stop when its caller is cancelled, have something
// done by the loop, and be one of not too many.
#include "guide/guide.hpp"

#include <weft/run.hpp>
#include <weft/scope.hpp>
#include <weft/semaphore.hpp>
#include <weft/task_group.hpp>
#include <weft/this_fiber.hpp>
#include <weft/this_worker.hpp>
#include <weft/worker_pool.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>

namespace {

using namespace std::chrono_literals;

/// A blocking library that reports how far it is, and takes an hour.
template <class Progress>
void compute(Progress&& progress) {
    for (int percent = 0; percent < 100; percent += 10) {
        weft::this_worker::check_cancelled();
        progress(percent);
    }
}

}  // namespace

int main() {
    weft::run(
        [] {
            const bool finished = weft::move_on_after(25min, [] {
                weft::to_thread([] {
                    compute([](int percent) {
                        weft::this_worker::run([=] {  // in the fiber that waits
                            std::printf("%d %%\n", percent);
                            weft::this_fiber::sleep_for(6min);
                        });
                    });
                });
            });
            std::printf("%s\n", finished ? "computed" : "stopped in time");

            weft::counting_semaphore two(2);
            std::atomic<int> jobs{0};
            weft::with_task_group([&](weft::task_group& group) {
                for (int i = 0; i < 10; ++i) {
                    group.spawn([&] { weft::to_thread(two, [&] { ++jobs; }); });
                }
            });
            std::printf("%d jobs, never more than two at once\n", jobs.load());
        },
        guide::options());
}
