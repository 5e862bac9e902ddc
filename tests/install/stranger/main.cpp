// SPDX-License-Identifier: BSL-1.0

#ifdef ON_BOOST_FIBER
#include <weft/boost_fiber.hpp>
#endif
#include <weft/run.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include <iostream>

int main() {
    weft::run_options options;
#ifdef ON_BOOST_FIBER
    options.engine = &weft::boost_fiber_engine;
#endif
    const auto ask = [] {
        auto answer = weft::spawn([] {
            weft::this_fiber::yield();
            return 42;
        });
        std::cout << "a fiber says " << answer.get() << '\n';
    };
    weft::run(ask, options);
}
