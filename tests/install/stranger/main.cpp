// SPDX-License-Identifier: BSL-1.0

#include <weft/run.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include <iostream>

int main() {
    weft::run([] {
        auto answer = weft::spawn([] {
            weft::this_fiber::yield();
            return 42;
        });
        std::cout << "a fiber says " << answer.get() << '\n';
    });
}
