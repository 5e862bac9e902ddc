// SPDX-License-Identifier: BSL-1.0
//
// Scenario 18: memory runs out at each single allocation, one after the other. Whatever then
// happens, it is an exception and not an abort or a deadlock, nothing leaks, and the next runtime
// works.
#include <weft/as_completed.hpp>
#include <weft/capacity_limiter.hpp>
#include <weft/channel.hpp>
#include <weft/cross_thread/mutex.hpp>
#include <weft/event.hpp>
#include <weft/fiber_local.hpp>
#include <weft/gather.hpp>
#include <weft/map_concurrently.hpp>
#include <weft/queue.hpp>
#include <weft/run.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/task_group.hpp>
#include <weft/this_fiber.hpp>
#include <weft/wait.hpp>
#include <weft/worker_pool.hpp>

#include "counted_allocation.hpp"
#include "support/descriptors.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace weft {
namespace {

using test::alive;
using test::allocated;
using test::until_failure;

using namespace std::chrono_literals;

run_options sweep_options() {
    run_options options;
    options.time = time_source::virtual_time;
    options.worker_threads = 2;
    options.on_error = [](const error_report&) {};
    return options;
}

/// Whether `error` says that memory ran out, also as one of several.
bool is_bad_alloc(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::bad_alloc&) {
        return true;
    } catch (const io_error& failed) {
        return failed.code().value() == ENOMEM;
    } catch (const exception_group& group) {
        return group.find<std::bad_alloc>() != nullptr || group.find<io_error>() != nullptr;
    } catch (...) {
        return false;
    }
}

/// Runs `main` with the k-th allocation failing, for every k until none is left to fail.
template <class Main>
void sweep(Main main, const run_options& options = sweep_options()) {
    run(main, options);  // what is allocated once and kept
    for (long k = 0;; ++k) {
        ASSERT_LT(k, 10'000);
        const long before = alive;
        std::exception_ptr error;
        until_failure = k;
        try {
            run(main, options);
        } catch (...) {
            error = std::current_exception();
        }
        const bool failed = until_failure.exchange(-1) < 0;
        ASSERT_TRUE(error == nullptr || is_bad_alloc(error)) << k << ": " << describe(error);
        error = nullptr;
        ASSERT_EQ(alive, before) << "leaked when allocation " << k << " failed";
        if (!failed) {
            return;
        }
    }
}

TEST(AllocationSweep, SpawnAndJoin) {
    sweep([] {
        auto number = spawn([] { return 1; });
        auto text = spawn([] { return std::string(100, 'x'); });
        EXPECT_EQ(number.get(), 1);
        EXPECT_EQ(text.get().size(), 100U);
    });
}

TEST(AllocationSweep, SeveralTasks) {
    sweep([] {
        std::vector<task<int>> tasks;
        for (int i = 0; i < 3; ++i) {
            tasks.push_back(spawn([i] { return i; }));
        }
        EXPECT_FALSE(wait_any(tasks).done.empty());
        int sum = 0;
        for (auto& ended : as_completed(tasks)) {
            sum += ended.get();
        }
        EXPECT_EQ(sum, 3);
        EXPECT_EQ(map_concurrently(std::vector{1, 2}, 1, std::negate<>()), (std::vector{-1, -2}));
    });
}

TEST(AllocationSweep, ChildThatIsStarted) {
    sweep([] {
        with_task_group([](task_group& group) {
            const auto text = group.start<std::string>(
                [](start_status<std::string> status) { status.started(std::string(100, 'x')); });
            EXPECT_EQ(text.size(), 100U);
            EXPECT_EQ(group.spawn_child([] { return 1; }).get(), 1);
        });
    });
}

TEST(AllocationSweep, FiberLocalValues) {
    fiber_local<std::string> text("initial");
    fiber_local<int> number;
    sweep([&] {
        number.set(1);
        try {
            const auto during = text.scoped(std::string(100, 'x'));
            spawn([&] { text.set("child"); }).get();
            number.set(2);
        } catch (...) {
            EXPECT_EQ(*text, "initial");
            throw;
        }
        EXPECT_EQ(*text, "initial");
        text.reset();
    });
}

// A scope ends without an exception also when there is no memory for a table of one's own.
TEST(AllocationSweep, ScopedValueEndsWithoutMemory) {
    run([] {
        fiber_local<int> number(1);
        task<> child;
        {
            const auto during = number.scoped(2);
            child = spawn([&] { EXPECT_EQ(*number, 2); });  // shares the table
            until_failure = 0;
        }
        EXPECT_LT(until_failure.exchange(-1), 0);
        EXPECT_EQ(*number, 1);
        child.get();
    });
}

// Without variables that were set, inheriting them allocates nothing.
TEST(AllocationSweep, SpawnAllocatesNothing) {
    run([] {
        spawn([] {}).get();
        const long before = allocated;
        spawn([] {}).get();
        EXPECT_EQ(allocated, before);
    });
}

TEST(AllocationSweep, ManyFibersAndTimers) {
    sweep([] {
        std::vector<task<>> all;
        for (int i = 0; i < 100; ++i) {
            all.push_back(spawn([i] { this_fiber::sleep_for(std::chrono::seconds(i % 7)); }));
        }
        for (auto& each : all) {
            each.get();
        }
    });
}

TEST(AllocationSweep, ChannelHasRoomOrFails) {
    sweep([] {
        channel<std::string> texts(3);
        with_task_group([&](task_group& group) {
            group.spawn([&] {
                for (int i = 0; i < 10; ++i) {
                    texts.send(std::string(50, 'a'));
                }
                texts.close();
            });
            int received = 0;
            while (texts.receive()) {
                ++received;
            }
            EXPECT_EQ(received, 10);
        });
    });
}

/// Calls `attempt` again if there was no memory for it.
template <class Attempt>
auto insist(Attempt attempt) {
    for (;;) {
        try {
            return attempt();
        } catch (const std::bad_alloc&) {  // only one allocation fails
            continue;
        }
    }
}

// A put or get that found no memory did not happen: who tries again loses and doubles nothing.
TEST(AllocationSweep, QueueLosesNothing) {
    sweep([] {
        queue<int> items(70);
        auto producer = spawn([&] {
            for (int i = 0; i < 300; ++i) {
                insist([&] { items.put(i); });
            }
        });
        for (int i = 0; i < 300; ++i) {
            EXPECT_EQ(insist([&] { return items.get(); }), i);
        }
        producer.get();
    });
}

TEST(AllocationSweep, LimiterAndLockBetweenThreads) {
    sweep([] {
        capacity_limiter limiter(1);
        cross_thread::mutex guard;
        const auto work = [&] {
            insist([&] { limiter.acquire(); });
            insist([&] { guard.lock(); });
            this_fiber::yield();
            guard.unlock();
            limiter.release();
        };
        const auto lock_only = [&] {
            insist([&] { guard.lock(); });
            this_fiber::yield();
            guard.unlock();
        };
        auto first = spawn(work);
        auto second = spawn(work);
        auto third = spawn(lock_only);
        first.get();
        second.get();
        third.get();
        EXPECT_TRUE(limiter.statistics().borrowers.empty());
        EXPECT_EQ(guard.statistics().owner, 0U);
    });
}

TEST(AllocationSweep, CancellationAndTimeLimits) {
    sweep([] {
        EXPECT_FALSE(move_on_after(1s, [] { this_fiber::sleep_for(1h); }));
        auto sleeper = spawn([] { this_fiber::sleep_for(1h); });
        this_fiber::yield();
        sleeper.cancel("a reason that is longer than what fits into a string without memory");
        sleeper.join();
        shield_for(1s, [] { this_fiber::yield(); });
    });
}

TEST(AllocationSweep, GroupsWithFailures) {
    sweep([] {
        int ended = 0;
        try {
            with_task_group([&](task_group& group) {
                for (int i = 0; i < 5; ++i) {
                    group.spawn([&, i] {
                        this_fiber::sleep_for(std::chrono::seconds(i));
                        ++ended;
                        if (i == 3) {
                            throw std::logic_error("child");
                        }
                    });
                }
            });
        } catch (const exception_group& group) {
            if (group.find<std::logic_error>() == nullptr) {
                throw;
            }
        }
    });
}

TEST(AllocationSweep, Gather) {
    sweep([] {
        const auto [number, text] = gather(
            [] {
                this_fiber::sleep_for(1s);
                return 1;
            },
            [] { return std::string(100, 'x'); });
        EXPECT_EQ(number, 1);
        EXPECT_EQ(text.size(), 100U);
    });
}

TEST(AllocationSweep, WorkerThreads) {
    sweep([] {
        std::vector<task<std::string>> all;
        for (int i = 0; i < 5; ++i) {
            all.push_back(spawn([] { return to_thread([] { return std::string(100, 'x'); }); }));
        }
        for (auto& each : all) {
            EXPECT_EQ(each.get().size(), 100U);
        }
    });
}

// A place in the line for the pool must not be lost with a caller that finds no memory.
TEST(AllocationSweep, LineForTheWorkerPool) {
    run_options options = sweep_options();
    options.worker_threads = 1;
    options.worker_queue = 0;
    const auto main = [] {
        std::atomic<int> executed{0};
        with_task_group([&](task_group& group) {
            for (int i = 0; i < 5; ++i) {
                group.spawn([&] {
                    try {
                        to_thread([&] { ++executed; });
                    } catch (const std::bad_alloc&) {
                        ++executed;
                    }
                });
            }
        });
        EXPECT_EQ(executed, 5);
    };
    sweep(main, options);
}

TEST(AllocationSweep, PostedFunctions) {
    sweep([] {
        event done;
        int begun = 0;
        const auto runtime = current_runtime();
        runtime.post([&] { ++begun; });
        auto answer = runtime.submit([] { return std::string(100, 'x'); });
        static_cast<void>(move_on_after(1s, [&] { done.wait(); }));
        try {
            EXPECT_EQ(answer.get().size(), 100U);
        } catch (const std::future_error&) {  // there was no memory for its fiber
            throw std::bad_alloc();
        }
    });
}

TEST(AllocationSweep, InputAndOutput) {
    sweep([] {
        auto [left, right] = test::socket_pair();
        auto echo = spawn([&right = right] { test::send_text(right, test::receive_text(right)); });
        this_fiber::yield();
        test::send_text(left, "text");
        EXPECT_EQ(move_on_after(1s, [&left = left] { return test::receive_text(left).size(); })
                      .value_or(4),
                  4U);
        echo.cancel();
        echo.get();
    });
}

// Detached fibers that fail are reported, though there is no memory for words.
TEST(AllocationSweep, Reports) {
    sweep([] {
        spawn([] { throw std::logic_error("detached"); }, {.name = "a fiber with a long name"})
            .detach();
        this_fiber::sleep_for(1s);
    });
}

}  // namespace
}  // namespace weft
