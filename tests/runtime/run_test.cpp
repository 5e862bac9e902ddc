// SPDX-License-Identifier: BSL-1.0
#include <weft/run.hpp>

#include <weft/mutex.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/runtime_test.hpp"

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;
using Runtime = test::runtime_test;

TEST_F(Runtime, ReturnsTheResultOfMain) {
    EXPECT_EQ(run([] { return 5; }), 5);
    EXPECT_EQ(*run([] { return std::make_unique<int>(6); }), 6);
    run([] {});
}

TEST_F(Runtime, ThrowsWhatMainThrows) {
    EXPECT_THROW(run([] { throw std::runtime_error("main"); }), std::runtime_error);
    EXPECT_THROW(run([] { throw 5; }), int);
    EXPECT_THROW(run([] { throw cancelled(1, "by itself"); }), cancelled);
}

TEST_F(Runtime, MayFollowItself) {
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(run([i] { return i; }), i);
    }
}

// T004: inside a runtime it fails at once, and the inner main never begins.
FIBER_TEST_F(Runtime, RefusesToNest) {
    bool began = false;
    EXPECT_THROW(weft::run([&] { began = true; }), usage_error);
    EXPECT_FALSE(began);
    this_fiber::yield();
}

TEST_F(Runtime, EveryThreadMayHaveItsOwn) {
    std::vector<std::thread> threads;
    std::vector<int> results(4);
    for (int& result : results) {
        threads.emplace_back([&result] {
            result = weft::run([] {
                mutex guard;
                std::vector<task<int>> all;
                for (int i = 0; i < 100; ++i) {
                    all.push_back(spawn([&] {
                        const std::lock_guard lock(guard);
                        this_fiber::yield();
                        return 1;
                    }));
                }
                int sum = 0;
                for (auto& each : all) {
                    sum += each.get();
                }
                return sum;
            });
        });
    }
    for (auto& each : threads) {
        each.join();
    }
    EXPECT_EQ(results, (std::vector{100, 100, 100, 100}));
}

// T001: a fiber left over is cancelled and its cleanup waited for.
TEST_F(Runtime, CancelsWhatIsLeftAndWaitsForIt) {
    may_leave_fibers = true;
    bool cleaned = false;
    const int result = run([&] {
        spawn([&] {
            try {
                this_fiber::sleep_for(1h);
            } catch (const cancelled& request) {
                EXPECT_EQ(request.reason(), "the runtime is ending");
                shield_for(1s, [] { this_fiber::sleep_for(10ms); });
                cleaned = true;
                throw;
            }
        }).detach();
        let_others_run();
        return 123;
    });
    EXPECT_EQ(result, 123);
    EXPECT_TRUE(cleaned);
}

// T003: the exception of main wins, that of a leftover is reported.
TEST_F(Runtime, FailureOfALeftoverIsReported) {
    may_leave_fibers = true;
    EXPECT_THROW(run([] {
                     spawn([] {
                         try {
                             this_fiber::sleep_for(1h);
                         } catch (const cancelled&) {
                             throw std::runtime_error("B");
                         }
                     }).detach();
                     this_fiber::yield();
                     throw std::logic_error("A");
                 }),
                 std::logic_error);
    const auto reports = take_reports();
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].kind, error_kind::leftover_failed);
    EXPECT_EQ(describe(reports[0].error), "B");
}

// T035, as decided: no fiber is destroyed while it waits. What is left at the end is cancelled and
// unwound, however often it waits again; that is no failure and so not reported.
TEST_F(Runtime, LeftoversAreUnwoundWhereverTheyWait) {
    may_leave_fibers = true;
    const auto held = std::make_shared<int>(0);
    run([&] {
        for (int i = 0; i < 2; ++i) {
            spawn([held] {
                const auto on_the_stack = held;
                EXPECT_THROW(this_fiber::sleep_for(1h), cancelled);
                this_fiber::sleep_for(1h);
                ADD_FAILURE() << "it was not cancelled again";
            }).detach();
            if (i == 0) {
                this_fiber::yield();  // the second one has not begun
            }
        }
        EXPECT_EQ(held.use_count(), 4);
    });
    EXPECT_EQ(held.use_count(), 1);
}

TEST_F(Runtime, LeftoversCannotSpawn) {
    may_leave_fibers = true;
    bool refused = false;
    run([&] {
        spawn([&] {
            try {
                this_fiber::sleep_for(1h);
            } catch (const cancelled&) {
                try {
                    spawn([] {}).detach();
                } catch (const usage_error&) {
                    refused = true;
                }
            }
        }).detach();
        this_fiber::yield();
    });
    EXPECT_TRUE(refused);
}

// T015: a handler that throws is replaced for that report, and the runtime goes on.
TEST_F(Runtime, HandlerThatThrowsIsReplaced) {
    options.on_error = [](const error_report&) { throw std::runtime_error("handler"); };
    ::testing::internal::CaptureStderr();
    run([] {
        spawn([] { throw std::runtime_error("lost"); }).detach();
        let_others_run();
    });
    EXPECT_NE(::testing::internal::GetCapturedStderr().find("lost"), std::string::npos);
}

TEST_F(Runtime, WithoutAHandlerTheDefaultOnePrints) {
    options.on_error = nullptr;
    ::testing::internal::CaptureStderr();
    run([] {
        spawn([] { throw std::runtime_error("lost"); }, {.name = "worker"}).detach();
        let_others_run();
    });
    const std::string printed = ::testing::internal::GetCapturedStderr();
    EXPECT_NE(printed.find("unhandled exception"), std::string::npos);
    EXPECT_NE(printed.find("\"worker\""), std::string::npos);
}

std::vector<int> order_with_seed(run_options options, std::uint64_t seed) {
    options.order_seed = seed;
    return weft::run(
        [] {
            std::vector<int> order;
            std::vector<task<>> all;
            for (int i = 0; i < 10; ++i) {
                all.push_back(spawn([&, i] {
                    for (int round = 0; round < 3; ++round) {
                        order.push_back(i);
                        this_fiber::yield();
                    }
                }));
            }
            for (auto& each : all) {
                each.join();
            }
            return order;
        },
        std::move(options));
}

// Promise 11: a seed replays scheduling.
TEST_F(Runtime, SeedReplaysTheOrder) {
    const auto fifo = order_with_seed(options, 0);
    const auto first = order_with_seed(options, 1);
    EXPECT_EQ(first, order_with_seed(options, 1));
    EXPECT_NE(first, fifo);
    EXPECT_NE(first, order_with_seed(options, 2));
}

TEST_F(Runtime, UnknownBackendIsRefused) {
    ::setenv("WEFT_BACKEND", "kqueue", 1);
    EXPECT_THROW(run([] {}), usage_error);
    options.backend = backend_kind::epoll;
    run([] {});
    ::setenv("WEFT_BACKEND", "epoll", 1);
    options.backend = backend_kind::automatic;
    run([] {});
    ::unsetenv("WEFT_BACKEND");
}

FIBER_TEST_F(Runtime, MainHasALargeStack) {
    volatile char large[4 << 20];
    large[0] = 1;
    large[sizeof large - 1] = 2;
    EXPECT_EQ(large[0] + large[sizeof large - 1], 3);
}

// run() in a destructor, while an exception unwinds the thread.
TEST_F(Runtime, WorksWhileTheThreadUnwinds) {
    const auto run_in_destructor = [this](int*) {
        run([] {
            EXPECT_EQ(std::uncaught_exceptions(), 0);
            EXPECT_EQ(std::current_exception(), nullptr);
            cancel_scope scope;
            scope.cancel();
            EXPECT_FALSE(scope.run([] { this_fiber::yield(); }));
        });
    };
    const auto failing = [&] {
        int something = 0;
        const std::unique_ptr<int, decltype(run_in_destructor)> guard(&something,
                                                                      run_in_destructor);
        throw std::runtime_error("failure");
    };
    EXPECT_THROW(failing(), std::runtime_error);
}

}  // namespace
}  // namespace weft
