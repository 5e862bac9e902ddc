// SPDX-License-Identifier: BSL-1.0
//
// The sweep of cancel_sweep_test.cpp over locks, limiters and meetings. Covers A.16: anyio #387,
// #1145, #947, #1170 and T084, T089, T099 for all of them.
#include <weft/barrier.hpp>
#include <weft/capacity_limiter.hpp>
#include <weft/condition_variable.hpp>
#include <weft/latch.hpp>
#include <weft/mutex.hpp>
#include <weft/once.hpp>
#include <weft/recursive_mutex.hpp>
#include <weft/shared_mutex.hpp>
#include <weft/timed_mutex.hpp>

#include "cancel_sweep.hpp"
#include "support/visit.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;
using test::cast;
using CancelSweepLocksSlow = test::cancel_sweep;

template <class Mutex>
struct guarded {
    Mutex guard;
    int inside = 0;

    void visit_twice() {
        for (int i = 0; i < 2; ++i) {
            const std::unique_lock lock(guard);
            const test::visit here(inside, 1);
            this_fiber::yield();
        }
    }
    void expect_free() {
        EXPECT_EQ(inside, 0);
        EXPECT_EQ(guard.statistics().owner, 0U);
        EXPECT_EQ(guard.statistics().waiting, 0U);
    }
};

TEST_F(CancelSweepLocksSlow, TimedMutex) {
    pause = 300us;
    cancel_everywhere([] {
        auto shared = std::make_shared<guarded<timed_mutex>>();
        const auto timed = [shared] {
            for (int i = 0; i < 3; ++i) {
                const std::unique_lock lock(shared->guard, i * 1ms);
                if (lock.owns_lock()) {
                    const test::visit here(shared->inside, 1);
                    this_fiber::sleep_for(1ms);
                }
            }
        };
        const auto plain = [shared] { shared->visit_twice(); };
        return cast{timed, {timed, plain}, [shared] { shared->expect_free(); }};
    });
}

TEST_F(CancelSweepLocksSlow, RecursiveMutex) {
    cancel_everywhere([] {
        auto shared = std::make_shared<guarded<recursive_timed_mutex>>();
        const auto worker = [shared] {
            const std::unique_lock outer(shared->guard);
            shared->visit_twice();
            const std::unique_lock again(shared->guard, 1ms);
            this_fiber::yield();
        };
        return cast{worker, {worker, worker}, [shared] {
                        shared->expect_free();
                        EXPECT_EQ(shared->guard.statistics().depth, 0U);
                    }};
    });
}

TEST_F(CancelSweepLocksSlow, SharedMutex) {
    for (const bool victim_writes : {true, false}) {
        cancel_everywhere([victim_writes] {
            auto shared = std::make_shared<guarded<shared_timed_mutex>>();
            const auto writer = [shared] { shared->visit_twice(); };
            const auto reader = [shared] {
                for (int i = 0; i < 2; ++i) {
                    const std::shared_lock lock(shared->guard);
                    EXPECT_EQ(shared->inside, 0);
                    this_fiber::yield();
                    EXPECT_EQ(shared->inside, 0);
                }
            };
            return cast{victim_writes ? std::function<void()>(writer) : reader,
                        {writer, reader, reader},
                        [shared] {
                            shared->expect_free();
                            EXPECT_EQ(shared->guard.statistics().readers, 0U);
                        }};
        });
    }
}

TEST_F(CancelSweepLocksSlow, SharedMutexWithLimits) {
    pause = 300us;
    cancel_everywhere([] {
        auto shared = std::make_shared<guarded<shared_timed_mutex>>();
        const auto writer = [shared] {
            for (int i = 0; i < 3; ++i) {
                const std::unique_lock lock(shared->guard, i * 1ms);
                if (lock.owns_lock()) {
                    const test::visit here(shared->inside, 1);
                    this_fiber::sleep_for(1ms);
                }
            }
        };
        const auto reader = [shared] {
            for (int i = 0; i < 3; ++i) {
                const std::shared_lock lock(shared->guard, i * 1ms);
                EXPECT_TRUE(!lock.owns_lock() || shared->inside == 0);
                this_fiber::sleep_for(1ms);
            }
        };
        return cast{writer, {reader, writer, reader}, [shared] {
                        shared->expect_free();
                        EXPECT_EQ(shared->guard.statistics().readers, 0U);
                    }};
    });
}

TEST_F(CancelSweepLocksSlow, ConditionVariableWithLimits) {
    pause = 300us;
    cancel_everywhere([] {
        struct shared_state : guarded<mutex> {
            condition_variable changed;
            int items = 0;
            int taken = 0;
        };
        auto shared = std::make_shared<shared_state>();
        const auto consumer = [shared] {
            for (int i = 0; i < 4; ++i) {
                std::unique_lock lock(shared->guard);
                if (shared->changed.wait_for(lock, i * 1ms, [&] { return shared->items > 0; })) {
                    const test::visit here(shared->inside, 1);
                    --shared->items;
                    ++shared->taken;
                    this_fiber::yield();
                }
            }
        };
        const auto producer = [shared] {
            for (int i = 0; i < 6; ++i) {
                const std::lock_guard lock(shared->guard);
                const test::visit here(shared->inside, 1);
                ++shared->items;
                shared->changed.notify_one();
                this_fiber::sleep_for(1ms);
            }
        };
        return cast{consumer, {consumer, producer}, [shared] {
                        shared->expect_free();
                        EXPECT_EQ(shared->items + shared->taken, 6);
                        EXPECT_EQ(shared->changed.statistics().waiting, 0U);
                    }};
    });
}

TEST_F(CancelSweepLocksSlow, CapacityLimiter) {
    cancel_everywhere([] {
        struct shared_state {
            capacity_limiter limiter{2};
            int inside = 0;
        };
        auto shared = std::make_shared<shared_state>();
        const auto worker = [shared] {
            for (int i = 0; i < 3; ++i) {
                shared->limiter.acquire();
                try {
                    const test::visit here(shared->inside, 2);
                    this_fiber::yield();
                } catch (...) {
                    shared->limiter.release();
                    throw;
                }
                shared->limiter.release();
            }
        };
        return cast{worker, {worker, worker, worker}, [shared] {
                        EXPECT_EQ(shared->limiter.borrowed(), 0U);
                        EXPECT_TRUE(shared->limiter.statistics().borrowers.empty());
                    }};
    });
}

// A helper stands in for the victim once everybody waits.
TEST_F(CancelSweepLocksSlow, Barrier) {
    cancel_everywhere([] {
        struct shared_state {
            barrier meeting{3};
            int finished = 0;
        };
        auto shared = std::make_shared<shared_state>();
        const auto meet_twice = [shared] {
            shared->meeting.arrive_and_wait();
            shared->meeting.arrive_and_wait();
        };
        const auto party = [shared, meet_twice] {
            meet_twice();
            ++shared->finished;
        };
        const auto helper = [shared] {
            while (shared->finished < 2) {
                this_fiber::sleep_for(1ms);
                if (shared->meeting.statistics().waiting == 2) {
                    shared->meeting.arrive_and_wait();
                }
            }
        };
        return cast{meet_twice, {party, party, helper}, [shared] {
                        EXPECT_EQ(shared->meeting.statistics().waiting, 0U);
                    }};
    });
}

TEST_F(CancelSweepLocksSlow, LatchAndOnce) {
    cancel_everywhere([] {
        struct shared_state {
            latch start{2};
            once_flag made;
            int calls = 0;
        };
        auto shared = std::make_shared<shared_state>();
        const auto worker = [shared] {
            shared->start.wait();
            call_once(shared->made, [&] {
                this_fiber::yield();
                ++shared->calls;
            });
        };
        const auto starter = [shared] {
            shared->start.count_down();
            this_fiber::yield();
            shared->start.count_down();
        };
        return cast{worker, {worker, worker, starter}, [shared] {
                        EXPECT_EQ(shared->calls, 1);
                        EXPECT_EQ(shared->start.statistics().waiting, 0U);
                    }};
    });
}

}  // namespace
}  // namespace weft
