// SPDX-License-Identifier: BSL-1.0
#include <weft/this_worker.hpp>

#include <weft/capacity_limiter.hpp>
#include <weft/event.hpp>
#include <weft/run.hpp>
#include <weft/scope.hpp>
#include <weft/semaphore.hpp>
#include <weft/task.hpp>
#include <weft/worker_pool.hpp>

#include "support/runtime_test.hpp"

#include <atomic>
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
using ThisWorker = test::runtime_test;

/// Lets the loop know, in a fiber, that a worker has come to a place.
class arrival {
public:
    void tell() {
        home_.post([this] { came_.set(); });
    }
    void wait() { came_.wait(); }

private:
    runtime_handle home_ = current_runtime();
    event came_;
};

/// Makes `most` at least `seen`.
void raise_to(std::atomic<int>& most, int seen) {
    for (int before = most; before < seen && !most.compare_exchange_weak(before, seen);) {
    }
}

/// Computes until it is told to stop.
void compute_until_cancelled() {
    for (;;) {
        this_worker::check_cancelled();
        std::this_thread::yield();
    }
}

// T104: cancelled only after the thread has returned, and check_cancelled() throws there.
FIBER_TEST_F(ThisWorker, SeesThatItsCallerIsCancelled) {
    arrival began;
    std::atomic<bool> returned{false};
    auto computing = spawn([&] {
        to_thread([&] {
            began.tell();
            try {
                compute_until_cancelled();
            } catch (const cancelled& request) {
                EXPECT_EQ(request.reason(), "enough");
                returned = true;
                throw;
            }
        });
    });
    began.wait();
    computing.cancel("enough");
    EXPECT_THROW(computing.get(), cancelled);
    EXPECT_TRUE(returned);
}

FIBER_TEST_F(ThisWorker, CancellationEndsAtTheScopeThatAskedForIt) {
    cancel_scope outer;
    cancel_scope inner;
    arrival began;
    auto cancelling = spawn([&] {
        began.wait();
        inner.cancel();
    });
    EXPECT_TRUE(outer.run([&] {
        EXPECT_FALSE(inner.run([&] {
            to_thread([&] {
                began.tell();
                compute_until_cancelled();
            });
        }));
    }));
    cancelling.get();
}

TEST_F(ThisWorker, AbandonedFunctionSeesItToo) {
    std::promise<void> saw;
    run([&] {
        arrival began;
        auto computing = spawn([&] {
            to_thread(
                [&] {
                    began.tell();
                    try {
                        compute_until_cancelled();
                    } catch (const cancelled&) {
                        saw.set_value();
                    }
                },
                on_cancel::abandon);
        });
        began.wait();
        computing.cancel();
        EXPECT_THROW(computing.get(), cancelled);
        saw.get_future().wait();
    });
}

FIBER_TEST_F(ThisWorker, IsLeftAloneWithoutCancellation) {
    EXPECT_EQ(to_thread([] {
                  this_worker::check_cancelled();
                  return 3;
              }),
              3);
}

FIBER_TEST_F(ThisWorker, RunsFunctionsInTheFiberOfItsCaller) {
    const auto home = std::this_thread::get_id();
    const auto self = this_fiber::id();
    const auto result = to_thread([&] {
        const auto first = this_worker::run([&] {
            EXPECT_EQ(std::this_thread::get_id(), home);
            EXPECT_EQ(this_fiber::id(), self);
            this_fiber::sleep_for(1s);
            return std::make_unique<int>(20);
        });
        EXPECT_NE(std::this_thread::get_id(), home);
        return *first + this_worker::run([] { return spawn([] { return 3; }).get(); });
    });
    EXPECT_EQ(result, 23);
    EXPECT_EQ(clock::now(), clock::time_point{1s});
}

FIBER_TEST_F(ThisWorker, ExceptionsOfTheFunctionCross) {
    EXPECT_EQ(to_thread([] {
                  try {
                      this_worker::run([] { throw std::runtime_error("from the loop"); });
                  } catch (const std::runtime_error& error) {
                      return std::string(error.what());
                  }
                  return std::string();
              }),
              "from the loop");
}

// The function waits in the scopes of the caller; its cancellation passes through both threads.
FIBER_TEST_F(ThisWorker, CancellationReachesTheFunction) {
    EXPECT_FALSE(move_on_after(
        1s, [] { to_thread([] { this_worker::run([] { this_fiber::sleep_for(1h); }); }); }));
    EXPECT_EQ(clock::now(), clock::time_point{1s});
}

// Cancelled while the fiber was awake: nobody aborts a wait, but the worker sees it.
FIBER_TEST_F(ThisWorker, CancellationDuringTheFunctionIsSeenAfterwards) {
    for (const auto policy : {on_cancel::wait, on_cancel::abandon}) {
        cancel_scope scope;
        EXPECT_FALSE(scope.run([&] {
            to_thread(
                [&scope] {
                    this_worker::run([&scope] { scope.cancel(); });
                    compute_until_cancelled();
                },
                policy);
        }));
        this_fiber::sleep_for(1s);  // a reply that comes late wakes nobody
    }
    EXPECT_EQ(clock::now(), clock::time_point{2s});
}

TEST_F(ThisWorker, AbandonedFunctionCannotRunInItsCaller) {
    std::promise<bool> refused;
    run([&] {
        arrival began;
        std::promise<void> abandoned;
        auto calling = spawn([&] {
            to_thread(
                [&] {
                    began.tell();
                    abandoned.get_future().wait();
                    try {
                        this_worker::run([] { ADD_FAILURE() << "it ran"; });
                    } catch (const usage_error&) {
                        refused.set_value(true);
                    }
                },
                on_cancel::abandon);
        });
        began.wait();
        calling.cancel();
        EXPECT_THROW(calling.get(), cancelled);
        abandoned.set_value();
        auto outcome = refused.get_future();
        while (outcome.wait_for(0s) != std::future_status::ready) {
            this_fiber::yield();
        }
        EXPECT_TRUE(outcome.get());
    });
}

TEST_F(ThisWorker, NeedsAWorker) {
    EXPECT_THROW(this_worker::check_cancelled(), usage_error);
    EXPECT_THROW(this_worker::run([] {}), usage_error);
    run([] {
        EXPECT_THROW(this_worker::check_cancelled(), usage_error);
        EXPECT_THROW(this_worker::run([] {}), usage_error);
    });
}

// A second call made by the function takes another worker.
FIBER_TEST_F(ThisWorker, FunctionMayCallWorkers) {
    EXPECT_EQ(
        to_thread([] { return this_worker::run([] { return to_thread([] { return 5; }); }); }), 5);
}

FIBER_TEST_F(ThisWorker, ManyQuestionsAtOnce) {
    std::vector<task<int>> all;
    for (int i = 0; i < 50; ++i) {
        all.push_back(spawn([i] {
            return to_thread([i] {
                int sum = 0;
                for (int j = 0; j < 20; ++j) {
                    sum += this_worker::run([=] {
                        this_fiber::yield();
                        return i * j;
                    });
                }
                return sum;
            });
        }));
    }
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(all[static_cast<std::size_t>(i)].get(), i * 190);
    }
}

// A.11, trio's limiter per call.
FIBER_TEST_F(ThisWorker, LimiterBoundsWhatRunsAtOnce) {
    counting_semaphore two(2);
    std::atomic<int> now{0};
    std::atomic<int> most{0};
    std::vector<task<>> all;
    for (int i = 0; i < 20; ++i) {
        all.push_back(spawn([&] {
            to_thread(two, [&] {
                raise_to(most, ++now);
                this_worker::run([] { this_fiber::sleep_for(1ms); });
                --now;
            });
        }));
    }
    for (auto& each : all) {
        each.get();
    }
    EXPECT_EQ(most, 2);
    EXPECT_EQ(two.available(), 2);
}

// The permit of an abandoned function is taken until it has ended; a failure gives it back.
FIBER_TEST_F(ThisWorker, LimiterCountsAbandonedFunctions) {
    counting_semaphore one(1);
    EXPECT_THROW(to_thread(one, [] { throw std::runtime_error("no"); }), std::runtime_error);
    EXPECT_EQ(one.available(), 1);
    arrival began;
    std::promise<void> held;
    auto calling = spawn([&] {
        to_thread(
            one,
            [&] {
                began.tell();
                held.get_future().wait();
            },
            on_cancel::abandon);
    });
    began.wait();
    calling.cancel();
    EXPECT_THROW(calling.get(), cancelled);
    EXPECT_EQ(one.available(), 0);
    held.set_value();
    one.acquire();
    one.release();
}

// The borrower is the call: one fiber may make several at a time, and what it has abandoned keeps
// its token.
FIBER_TEST_F(ThisWorker, LimiterKnowsEachCallAsABorrower) {
    capacity_limiter tokens(2);
    to_thread(tokens, [&] {
        this_worker::run([&] {
            to_thread(tokens, [] {});
            EXPECT_EQ(tokens.borrowed(), 1U);
        });
    });
    EXPECT_EQ(tokens.borrowed(), 0U);
    arrival began;
    std::promise<void> held;
    auto calling = spawn([&] {
        to_thread(
            tokens,
            [&] {
                began.tell();
                held.get_future().wait();
            },
            on_cancel::abandon);
    });
    began.wait();
    calling.cancel();
    EXPECT_THROW(calling.get(), cancelled);
    EXPECT_EQ(tokens.borrowed(), 1U);
    held.set_value();
    while (tokens.borrowed() != 0) {
        this_fiber::yield();
    }
}

// A cancelled wait for a permit takes none, and the function never runs.
FIBER_TEST_F(ThisWorker, LimiterIsACancellationPoint) {
    counting_semaphore none(0);
    EXPECT_FALSE(move_on_after(1s, [&] { to_thread(none, [] { ADD_FAILURE() << "it ran"; }); }));
    EXPECT_EQ(none.available(), 0);
}

}  // namespace
}  // namespace weft
