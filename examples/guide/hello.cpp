// SPDX-License-Identifier: BSL-1.0
//
// run() is the single entry: it makes this thread a runtime. What would block suspends only the
// fiber; the code stays straight.
#include "guide/guide.hpp"

#include <weft/run.hpp>
#include <weft/this_fiber.hpp>

#include <chrono>
#include <cstdio>

int main() {
    using namespace std::chrono_literals;
    weft::run(
        [] {
            std::puts("hello");
            weft::this_fiber::sleep_for(1s);
            std::puts("world");
        },
        guide::options());
}
