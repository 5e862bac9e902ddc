// SPDX-License-Identifier: BSL-1.0
//
// The doors for other threads: current_runtime(), post() and submit().
#include <weft/run.hpp>

#include <weft/event.hpp>
#include <weft/task.hpp>

#include "support/runtime_test.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;
using RuntimeHandle = test::runtime_test;

TEST_F(RuntimeHandle, NeedsAFiber) {
    EXPECT_THROW(static_cast<void>(current_runtime()), usage_error);
}

FIBER_TEST_F(RuntimeHandle, PostedFunctionsRunInFibersOfTheRuntime) {
    const auto home = std::this_thread::get_id();
    event done;
    std::thread poster([runtime = current_runtime(), &done, home] {
        runtime.post([&done, home] {
            EXPECT_EQ(std::this_thread::get_id(), home);
            EXPECT_NE(this_fiber::id(), 0U);
            this_fiber::yield();
            done.set();
        });
    });
    done.wait();
    poster.join();
    let_others_run(1);
}

// T016: all from 8 threads arrive exactly once and in the order of each thread.
TEST_F(RuntimeHandle, ManyThreadsPostInOrder) {
    may_compute();
    constexpr int threads = 8;
    constexpr int each = test::sanitized() ? 100 : 10'000;
    run([] {
        std::vector<int> next(threads, 0);
        int arrived = 0;
        bool in_order = true;
        event all;
        std::vector<std::thread> posters;
        for (int number = 0; number < threads; ++number) {
            posters.emplace_back([&, number, runtime = current_runtime()] {
                for (int i = 0; i < each; ++i) {
                    runtime.post([&, number, i] {
                        in_order = in_order && next[static_cast<std::size_t>(number)]++ == i;
                        if (++arrived == threads * each) {
                            all.set();
                        }
                    });
                }
            });
        }
        all.wait();
        for (auto& poster : posters) {
            poster.join();
        }
        EXPECT_TRUE(in_order);
        this_fiber::sleep_for(1ms);
        EXPECT_EQ(arrived, threads * each);
    });
}

FIBER_TEST_F(RuntimeHandle, SubmitDeliversResultAndException) {
    event done;
    std::thread submitter([&, runtime = current_runtime()] {
        EXPECT_EQ(runtime
                      .submit([] {
                          this_fiber::yield();
                          return 5;
                      })
                      .get(),
                  5);
        auto failing = runtime.submit([]() -> int { throw std::runtime_error("no"); });
        EXPECT_THROW(failing.get(), std::runtime_error);
        runtime.post([&] { done.set(); });
    });
    done.wait();
    submitter.join();
    let_others_run(1);
}

FIBER_TEST_F(RuntimeHandle, CarriesWhatCanOnlyBeMoved) {
    auto outcome = current_runtime().submit(
        [held = std::make_unique<int>(4)]() mutable { return std::move(held); });
    this_fiber::sleep_for(1ms);
    EXPECT_EQ(*outcome.get(), 4);
}

FIBER_TEST_F(RuntimeHandle, FailureOfAPostedFunctionIsReported) {
    current_runtime().post([] { throw std::runtime_error("posted"); });
    this_fiber::sleep_for(1ms);
    const auto reports = take_reports();
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].kind, error_kind::unhandled_exception);
    EXPECT_EQ(describe(reports[0].error), "posted");
}

// T016, and T005, as decided: after the end it is an error, not a crash. There is no object for
// several runs that could be closed twice.
TEST_F(RuntimeHandle, RefusesAfterTheEnd) {
    std::optional<runtime_handle> kept;
    run([&] { kept = current_runtime(); });
    auto held = std::make_shared<int>(0);
    EXPECT_THROW(kept->post([held] {}), usage_error);
    EXPECT_THROW(static_cast<void>(kept->submit([held] {})), usage_error);
    EXPECT_EQ(held.use_count(), 1);
}

// T018, as decided: a runtime is not stopped but ends with its main fiber. What was submitted too
// late to begin is broken, not forgotten.
TEST_F(RuntimeHandle, FutureIsBrokenIfTheRuntimeEnds) {
    std::future<int> outcome;
    bool ran = false;
    run([&] {
        outcome = current_runtime().submit([&] {
            ran = true;
            return 1;
        });
    });
    try {
        outcome.get();
        EXPECT_TRUE(ran);
    } catch (const std::future_error& error) {
        EXPECT_EQ(error.code(), std::future_errc::broken_promise);
        EXPECT_FALSE(ran);
    }
    for (const auto& each : take_reports()) {
        EXPECT_EQ(each.kind, error_kind::unhandled_exception);
    }
}

TEST_F(RuntimeHandle, TooManyPostedFunctionsAreRefused) {
    options.max_posted = 3;
    run([] {
        int ran = 0;
        const auto runtime = current_runtime();
        for (int i = 0; i < 3; ++i) {
            runtime.post([&] { ++ran; });
        }
        try {
            runtime.post([&] { ++ran; });
            ADD_FAILURE() << "the fourth was taken";
        } catch (const std::system_error& error) {
            EXPECT_EQ(error.code().value(), EAGAIN);
        }
        this_fiber::sleep_for(1ms);
        EXPECT_EQ(ran, 3);
        runtime.post([&] { ++ran; });
        this_fiber::sleep_for(1ms);
        EXPECT_EQ(ran, 4);
    });
}

TEST_F(RuntimeHandle, WakesAnIdleRuntimeOnRealTime) {
    use_real_time();
    run([] {
        event woken;
        std::atomic<bool> posted{false};
        std::thread poster([&, runtime = current_runtime()] {
            posted = true;
            runtime.post([&] { woken.set(); });
        });
        woken.wait();
        EXPECT_TRUE(posted);
        poster.join();
        let_others_run(1);
    });
}

/// Posts until the runtime has ended; counts what was taken.
void post_until_the_end(const runtime_handle& runtime, std::atomic<int>& begun,
                        std::atomic<int>& taken) {
    for (;;) {
        try {
            runtime.post([&] { ++begun; });
            ++taken;
        } catch (const std::system_error&) {
            std::this_thread::yield();  // too many wait
        } catch (const usage_error&) {
            return;
        }
    }
}

// Posting races with the end of the runtime.
TEST_F(RuntimeHandle, PostingWhileTheRuntimeEndsIsSafe) {
    options.max_posted = 50;
    may_leave_fibers = true;
    for (int i = 0; i < 20; ++i) {
        std::atomic<int> begun{0};
        std::atomic<int> taken{0};
        std::thread poster;
        run([&] {
            poster = std::thread(
                [&, runtime = current_runtime()] { post_until_the_end(runtime, begun, taken); });
            while (begun == 0) {
                this_fiber::yield();
            }
        });
        poster.join();
        EXPECT_LE(begun, taken);
        take_reports();  // those that came too late to begin
    }
}

}  // namespace
}  // namespace weft
