// SPDX-License-Identifier: BSL-1.0
//
// What belongs to a fiber and not to its thread: exceptions and errno.
#include <weft/condition_variable.hpp>
#include <weft/mutex.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>
#include <weft/worker_pool.hpp>

#include "support/descriptors.hpp"
#include "support/runtime_test.hpp"

#include <cerrno>
#include <chrono>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;
using FiberSwitch = test::runtime_test;

/// Throws `name`, switches inside the handler and rethrows; returns what came out.
std::string thrown_through_a_switch(const std::string& name) {
    try {
        try {
            throw std::runtime_error(name);
        } catch (const std::runtime_error&) {
            this_fiber::yield();
            EXPECT_EQ(describe(std::current_exception()), name);
            this_fiber::sleep_for(1ms);
            throw;
        }
    } catch (const std::runtime_error& error) {
        return error.what();
    }
}

// Scenario 1: fibers that switch inside a handler rethrow their own exception.
FIBER_TEST_F(FiberSwitch, RethrowsItsOwnException) {
    std::vector<task<std::string>> all;
    for (const char* name : {"a", "b", "c", "d"}) {
        all.push_back(spawn([name] { return thrown_through_a_switch(name); }));
    }
    EXPECT_EQ(all[0].get() + all[1].get() + all[2].get() + all[3].get(), "abcd");
    EXPECT_EQ(std::current_exception(), nullptr);
}

// Scenario 1: nested handlers.
FIBER_TEST_F(FiberSwitch, KeepsNestedHandlersApart) {
    const auto nested = [](const std::string& name) {
        try {
            throw std::runtime_error(name + "1");
        } catch (const std::exception& outer) {
            this_fiber::yield();
            EXPECT_EQ(thrown_through_a_switch(name + "2"), name + "2");
            EXPECT_EQ(outer.what(), name + "1");
            EXPECT_EQ(describe(std::current_exception()), name + "1");
        }
    };
    auto first = spawn([&] { nested("x"); });
    auto second = spawn([&] { nested("y"); });
    first.get();
    second.get();
}

// Scenario 1: uncaught_exceptions() is the fiber's own, while destructors switch.
TEST_F(FiberSwitch, CountsItsOwnUncaughtExceptions) {
    struct switches_at_exit {
        int expected;
        ~switches_at_exit() {
            for (int i = 0; i < 3; ++i) {
                EXPECT_EQ(std::uncaught_exceptions(), expected);
                this_fiber::yield();
            }
        }
    };
    run([] {
        auto unwinding = spawn([] {
            const switches_at_exit guard{1};
            throw std::runtime_error("unwinds");
        });
        auto ordinary = spawn([] { const switches_at_exit guard{0}; });
        for (int i = 0; i < 3; ++i) {
            EXPECT_EQ(std::uncaught_exceptions(), 0);
            this_fiber::yield();
        }
        EXPECT_THROW(unwinding.get(), std::runtime_error);
        ordinary.get();
    });
}

// A fiber that begins while its spawner handles an exception sees none.
FIBER_TEST_F(FiberSwitch, NewFiberHasNoException) {
    try {
        throw std::runtime_error("handled");
    } catch (const std::exception&) {
        spawn([] {
            EXPECT_EQ(std::current_exception(), nullptr);
            EXPECT_EQ(std::uncaught_exceptions(), 0);
        }).get();
        EXPECT_EQ(describe(std::current_exception()), "handled");
    }
}

// Scenario 2
FIBER_TEST_F(FiberSwitch, ErrnoBelongsToTheFiber) {
    std::vector<task<>> all;
    for (int i = 1; i <= 5; ++i) {
        all.push_back(spawn([i] {
            errno = i;
            for (int round = 0; round < 5; ++round) {
                this_fiber::yield();
                EXPECT_EQ(errno, i);
                this_fiber::sleep_for(std::chrono::milliseconds(i));
                EXPECT_EQ(errno, i);
            }
        }));
    }
    for (auto& each : all) {
        each.get();
    }
    errno = 0;
}

// Scenario 2: calls that wait leave errno alone when they succeed.
FIBER_TEST_F(FiberSwitch, WaitsThatSucceedKeepErrno) {
    errno = EDOM;
    mutex guard;
    auto holder = spawn([&] {
        const std::lock_guard lock(guard);
        this_fiber::sleep_for(1ms);
        errno = ERANGE;
    });
    this_fiber::yield();
    guard.lock();
    EXPECT_EQ(errno, EDOM);
    guard.unlock();
    spawn([] { errno = ENOENT; }).get();
    EXPECT_EQ(errno, EDOM);
    to_thread([] { errno = EIO; });
    EXPECT_EQ(errno, EDOM);
    errno = 0;
}

// Also when they found that they had to wait.
FIBER_TEST_F(FiberSwitch, IoThatSucceedsKeepsErrno) {
    auto [left, right] = test::socket_pair();
    auto sender = spawn([&right = right] {
        this_fiber::sleep_for(1ms);
        test::send_text(right, "text");
    });
    errno = EDOM;
    EXPECT_EQ(test::receive_text(left), "text");
    EXPECT_EQ(errno, EDOM);
    errno = 0;
    sender.get();
}

}  // namespace
}  // namespace weft
