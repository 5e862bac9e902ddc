// SPDX-License-Identifier: BSL-1.0

#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include "interpose/lock_test.hpp"

#include <pthread.h>

#include <mutex>
#include <stdexcept>

namespace {

using namespace std::chrono_literals;
using weft::spawn;

class InterposedOnce : public weft::test::lock_test {};

/// Two fibers that initialize the same; whoever is second has to wait for the first.
template <class Initialize>
void expect_both_get_42(Initialize&& initialize) {
    auto first = spawn([&] { EXPECT_EQ(initialize(), 42); });
    auto second = spawn([&] { EXPECT_EQ(initialize(), 42); });
    first.join();
    second.join();
}

FIBER_TEST_F(InterposedOnce, CallOnceMayWait) {
    std::once_flag flag;
    int value = 0;
    expect_both_get_42([&] {
        std::call_once(flag, [&] {
            weft::this_fiber::sleep_for(1s);
            value += 42;
        });
        return value;
    });
}

FIBER_TEST_F(InterposedOnce, InitializationOfAStaticVariableMayWait) {
    static int calls = 0;
    expect_both_get_42([] {
        static const int value = [] {
            weft::this_fiber::sleep_for(1s);
            ++calls;
            return 42;
        }();
        return value;
    });
    EXPECT_EQ(calls, 1);
}

FIBER_TEST_F(InterposedOnce, WhenTheFirstThrowsTheNextInitializes) {
    int calls = 0;
    const auto initialize = [&] {
        static const int value = [&] {
            weft::this_fiber::sleep_for(1s);
            if (++calls == 1) {
                throw std::runtime_error("not yet");
            }
            return 42;
        }();
        return value;
    };
    auto first = spawn([&] { EXPECT_THROW(initialize(), std::runtime_error); });
    auto second = spawn([&] { EXPECT_EQ(initialize(), 42); });
    first.join();
    second.join();
    EXPECT_EQ(calls, 2);
}

FIBER_TEST_F(InterposedOnce, CallOnceThatThrowsIsCalledAgain) {
    std::once_flag flag;
    int calls = 0;
    const auto initialize = [&] {
        std::call_once(flag, [&] {
            weft::this_fiber::sleep_for(1s);
            if (++calls == 1) {
                throw std::runtime_error("not yet");
            }
        });
    };
    auto first = spawn([&] { EXPECT_THROW(initialize(), std::runtime_error); });
    auto second = spawn(initialize);
    first.join();
    second.join();
    EXPECT_EQ(calls, 2);
}

}  // namespace
