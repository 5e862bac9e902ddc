// SPDX-License-Identifier: BSL-1.0
//
// A fiber gives way only where it blocks through weft. std::this_thread::sleep_for blocks the
// whole thread: no other fiber runs meanwhile.
#include "guide/guide.hpp"

#include <weft/run.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include <chrono>
#include <cstdio>
#include <thread>

namespace {

using namespace std::chrono_literals;

/// How often another fiber, which wants to run every 20 ms, runs during `body`.
template <class Body>
int beats_during(Body&& body) {
    int beats = 0;
    auto heart = weft::spawn([&beats] {
        for (;;) {
            weft::this_fiber::sleep_for(20ms);
            ++beats;
        }
    });
    body();
    return beats;  // the handle cancels the heart
}

}  // namespace

int main() {
    weft::run(
        [] {
            const int blocked = beats_during([] { std::this_thread::sleep_for(110ms); });
            std::printf("while the thread slept, another fiber ran %d times\n", blocked);
            const int suspended = beats_during([] { weft::this_fiber::sleep_for(110ms); });
            std::printf("while the fiber slept, another fiber ran %d times\n", suspended);
        },
        guide::options());
}
