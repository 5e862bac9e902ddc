// SPDX-License-Identifier: BSL-1.0
#include <weft/worker_pool.hpp>

#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/process_facts.hpp"
#include "support/runtime_test.hpp"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;
using WorkerPool = test::runtime_test;

/// Holds worker threads back until it opens.
class gate {
public:
    void open() { opened_.set_value(); }
    void wait() const { future_.wait(); }

private:
    std::promise<void> opened_;
    std::shared_future<void> future_{opened_.get_future()};
};

FIBER_TEST_F(WorkerPool, RunsOnAnotherThread) {
    const auto home = std::this_thread::get_id();
    EXPECT_NE(to_thread([] { return std::this_thread::get_id(); }), home);
    EXPECT_EQ(std::this_thread::get_id(), home);
    const auto name = to_thread([] {
        std::array<char, 16> found{};
        ::pthread_getname_np(::pthread_self(), found.data(), found.size());
        return std::string(found.data());
    });
    EXPECT_TRUE(name.starts_with("weft-worker-")) << name;  // the first may not be idle yet
}

// T105: results and exceptions cross.
FIBER_TEST_F(WorkerPool, CarriesResultAndException) {
    EXPECT_EQ(to_thread([] { return std::string("result"); }), "result");
    EXPECT_EQ(*to_thread([] { return std::make_unique<int>(3); }), 3);
    to_thread([] {});
    EXPECT_THROW(to_thread([] { throw std::runtime_error("thread"); }), std::runtime_error);
}

FIBER_TEST_F(WorkerPool, OtherFibersRunMeanwhile) {
    gate held;
    bool other_ran = false;
    auto waiting = spawn([&] { to_thread([&] { held.wait(); }); });
    auto other = spawn([&] { other_ran = true; });
    other.get();
    EXPECT_TRUE(other_ran);
    EXPECT_FALSE(waiting.done());
    held.open();
    waiting.get();
}

TEST_F(WorkerPool, NeedsAFiberOfTheRuntime) {
    EXPECT_THROW(to_thread([] {}), usage_error);
    run([] { EXPECT_THROW(to_thread([] { to_thread([] {}); }), usage_error); });
}

TEST_F(WorkerPool, UsesNoMoreThreadsThanAllowed) {
    const auto by_default = std::min(std::thread::hardware_concurrency() + 4, 32U);
    std::thread([] {}).join();  // with the first one ThreadSanitizer starts one of its own
    for (const std::size_t chosen : {0U, 3U}) {
        options.worker_threads = chosen;
        run([=] {
            const auto before = test::threads_of_this_process();
            gate held;
            std::vector<task<>> all;
            for (int i = 0; i < 50; ++i) {
                all.push_back(spawn([&] { to_thread([&] { held.wait(); }); }));
            }
            let_others_run();
            EXPECT_EQ(test::threads_of_this_process(),
                      before + (chosen != 0 ? chosen : by_default));
            held.open();
            for (auto& each : all) {
                each.get();
            }
        });
    }
}

TEST_F(WorkerPool, CallsThatWaitForEachOtherGetAThreadEach) {
    for (int i = 0; i < 20; ++i) {
        run([] {
            to_thread([] {});  // leaves a thread, idle by now or soon
            gate held;
            auto waiting = spawn([&] { to_thread([&] { held.wait(); }); });
            auto opening = spawn([&] { to_thread([&] { held.open(); }); });
            waiting.get();
            opening.get();
        });
    }
}

// T102: with on_cancel::abandon the caller is cancelled at once, the outcome dropped.
TEST_F(WorkerPool, AbandonedCallReturnsAtOnce) {
    gate held;  // outlives the runtime, and so the abandoned function
    std::promise<void> began;
    run([&] {
        auto waiting = spawn([&] {
            to_thread(
                [&] {
                    began.set_value();
                    held.wait();
                    throw std::runtime_error("late");
                },
                on_cancel::abandon);
        });
        let_others_run();
        began.get_future().wait();
        waiting.cancel();
        EXPECT_THROW(waiting.get(), cancelled);
        held.open();
    });
}

// T104: else the function is waited for, and what it returned counts.
FIBER_TEST_F(WorkerPool, RunningFunctionIsWaitedFor) {
    gate held;
    std::promise<void> began;
    auto waiting = spawn([&] {
        const int result = to_thread([&] {
            began.set_value();
            held.wait();
            return 7;
        });
        EXPECT_THROW(this_fiber::yield(), cancelled);
        return result;
    });
    let_others_run();
    began.get_future().wait();
    waiting.cancel();
    let_others_run();
    EXPECT_FALSE(waiting.done());
    held.open();
    EXPECT_EQ(waiting.get(), 7);
}

// A.11: a function still queued never runs, and the caller is cancelled at once.
TEST_F(WorkerPool, QueuedFunctionIsCancelled) {
    options.worker_threads = 1;
    run([] {
        gate held;
        std::promise<void> began;
        auto held_here = std::make_shared<int>(0);
        auto running = spawn([&] {
            to_thread([&] {
                began.set_value();
                held.wait();
            });
        });
        let_others_run();
        began.get_future().wait();
        auto queued = spawn([&] { to_thread([held_here] { ADD_FAILURE() << "it ran"; }); });
        let_others_run();
        queued.cancel();
        EXPECT_THROW(queued.get(), cancelled);
        EXPECT_EQ(held_here.use_count(), 1);
        held.open();
        running.get();
    });
}

// The next call takes the place: it begins without the loop, which stands still.
TEST_F(WorkerPool, CancelledCallLeavesItsPlaceInTheQueue) {
    options.worker_threads = 1;
    options.worker_queue = 1;
    run([] {
        gate held;
        auto running = spawn([&] { to_thread([&] { held.wait(); }); });
        auto queued = spawn([] { to_thread([] { ADD_FAILURE() << "it ran"; }); });
        let_others_run();
        queued.cancel();
        std::promise<void> began;
        auto next = spawn([&] { to_thread([&] { began.set_value(); }); });
        let_others_run();
        held.open();
        EXPECT_EQ(began.get_future().wait_for(10s), std::future_status::ready);
        running.get();
        next.get();
    });
}

// T038
FIBER_TEST_F(WorkerPool, CancelledCallerStartsNothing) {
    cancel_scope scope;
    scope.cancel();
    EXPECT_FALSE(scope.run([] { to_thread([] { ADD_FAILURE() << "it ran"; }); }));
}

TEST_F(WorkerPool, CallsBeyondTheQueueWaitInLine) {
    options.worker_threads = 1;
    options.worker_queue = 1;
    run([] {
        gate held;
        std::vector<int> order;
        std::vector<task<>> all;
        for (int i = 0; i < 6; ++i) {
            all.push_back(spawn([&, i] {
                order.push_back(to_thread([&, i] {
                    held.wait();
                    return i;
                }));
            }));
        }
        let_others_run();
        all[3].cancel();
        EXPECT_THROW(all[3].get(), cancelled);
        held.open();
        for (int i : {0, 1, 2, 4, 5}) {
            all[static_cast<std::size_t>(i)].get();
        }
        EXPECT_EQ(order, (std::vector{0, 1, 2, 4, 5}));
    });
}

// T010: run() waits for functions that were abandoned, for a limited time.
TEST_F(WorkerPool, EndOfRunWaitsForRunningFunctions) {
    std::atomic<bool> ended{false};
    gate held;
    std::promise<void> began;
    std::thread opener;
    run([&] {
        auto waiting = spawn([&] {
            to_thread(
                [&] {
                    began.set_value();
                    held.wait();
                    ended = true;
                },
                on_cancel::abandon);
        });
        let_others_run();
        began.get_future().wait();
        opener = std::thread([&] { held.open(); });
    });
    opener.join();
    EXPECT_TRUE(ended);
}

// T010: after the limit, one report.
TEST_F(WorkerPool, EndOfRunGivesUpAfterTheLimit) {
    options.pool_join_limit = 1ms;
    const auto held = std::make_shared<gate>();
    const auto left = std::make_shared<std::promise<void>>();
    run([&] {
        const auto began = std::make_shared<std::promise<void>>();
        auto waiting = spawn([=] {
            to_thread(
                [=] {
                    began->set_value();
                    held->wait();
                    left->set_value();
                },
                on_cancel::abandon);
        });
        let_others_run();
        began->get_future().wait();
    });
    const auto reports = take_reports();
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].kind, error_kind::pool_not_joined);
    held->open();
    left->get_future().wait();
}

TEST_F(WorkerPool, LimitWithoutEndIsNoEnd) {
    options.pool_join_limit = clock::duration::max();
    std::atomic<bool> ended{false};
    std::promise<void> began;
    run([&] {
        auto waiting = spawn([&] {
            to_thread(
                [&] {
                    began.set_value();
                    std::this_thread::yield();
                    ended = true;
                },
                on_cancel::abandon);
        });
        let_others_run();
        began.get_future().wait();
    });
    EXPECT_TRUE(ended);
}

// Scenario 2: errno is the thread's of the runtime, whatever happens on a worker.
FIBER_TEST_F(WorkerPool, KeepsErrno) {
    errno = EDOM;
    to_thread([] { errno = ERANGE; });
    EXPECT_EQ(errno, EDOM);
    errno = 0;
}

// What a function captured is destroyed before the caller goes on, not at some later time.
FIBER_TEST_F(WorkerPool, DestroysTheFunctionBeforeItReturns) {
    auto held = std::make_shared<int>(0);
    for (int i = 0; i < 100; ++i) {
        to_thread([held] {});
        ASSERT_EQ(held.use_count(), 1);
    }
}

// Signals of the program are not delivered to workers.
FIBER_TEST_F(WorkerPool, WorkersBlockSignals) {
    EXPECT_TRUE(to_thread([] {
        sigset_t blocked;
        ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
        return ::sigismember(&blocked, SIGINT) == 1 && ::sigismember(&blocked, SIGALRM) == 1;
    }));
}

FIBER_TEST_F(WorkerPool, ManyCallsFromManyFibers) {
    std::vector<task<int>> all;
    for (int i = 0; i < 200; ++i) {
        all.push_back(spawn([i] {
            int sum = 0;
            for (int j = 0; j < 5; ++j) {
                sum += to_thread([i, j] { return i * j; });
            }
            return sum;
        }));
    }
    for (int i = 0; i < 200; ++i) {
        EXPECT_EQ(all[static_cast<std::size_t>(i)].get(), i * 10);
    }
}

}  // namespace
}  // namespace weft
