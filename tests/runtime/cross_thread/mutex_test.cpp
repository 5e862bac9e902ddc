// SPDX-License-Identifier: BSL-1.0
#include <weft/cross_thread/mutex.hpp>

#include <weft/error.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/lock_conformance.hpp"
#include "support/runtime_test.hpp"

#include <mutex>
#include <thread>
#include <vector>

namespace weft {
namespace {

/// On real time: other threads take part.
class CrossThreadMutex : public test::runtime_test {
protected:
    CrossThreadMutex() { use_real_time(); }

    static void until_waiting(const cross_thread::mutex& guard, std::size_t count) {
        while (guard.statistics().waiting < count) {
            std::this_thread::yield();
        }
    }
};

// Not atomic on purpose: the mutex must make it safe.
TEST_F(CrossThreadMutex, ExcludesFibersAndThreads) {
    cross_thread::mutex guard;
    int inside = 0;
    int visits = 0;
    const auto visit = [&] {
        for (int i = 0; i < 500; ++i) {
            const std::lock_guard lock(guard);
            EXPECT_EQ(++inside, 1);
            ++visits;
            if (this_fiber::id() != 0 && i % 16 == 0) {
                this_fiber::yield();  // a fiber may block while it holds the mutex
            }
            --inside;
        }
    };
    std::vector<std::thread> all;
    for (int i = 0; i < 2; ++i) {
        all.emplace_back(visit);
        all.emplace_back([&] {
            weft::run([&] {
                auto other = spawn(visit);
                visit();
                other.get();
            });
        });
    }
    for (auto& each : all) {
        each.join();
    }
    EXPECT_EQ(visits, 6 * 500);
    EXPECT_EQ(guard.statistics().owner, 0U);
}

FIBER_TEST_F(CrossThreadMutex, IsHandedToWhoeverWaitedLongest) {
    cross_thread::mutex guard;
    guard.lock();
    std::vector<int> order;
    std::thread first([&] {
        const std::lock_guard lock(guard);
        order.push_back(1);
    });
    until_waiting(guard, 1);
    auto second = spawn([&] {
        const std::lock_guard lock(guard);
        order.push_back(2);
    });
    let_others_run();
    guard.unlock();
    EXPECT_FALSE(guard.try_lock()) << "T086: no barging";
    second.get();
    first.join();
    EXPECT_EQ(order, (std::vector{1, 2}));
}

// T084
FIBER_TEST_F(CrossThreadMutex, CancelAndReleaseServeTheNextWaiter) {
    test::expect_cancel_and_release_to_serve_the_next<cross_thread::mutex>();
}

// A thread chose the fiber, and the message is on its way when the fiber is cancelled.
FIBER_TEST_F(CrossThreadMutex, HandOverFromAThreadBeatsALaterCancel) {
    cross_thread::mutex guard;
    std::thread holder([&] {
        guard.lock();
        until_waiting(guard, 1);
        guard.unlock();
    });
    while (guard.statistics().owner == 0) {
        std::this_thread::yield();
    }
    bool locked = false;
    auto waiter = spawn([&] {
        guard.lock();
        locked = true;
        guard.unlock();
    });
    this_fiber::yield();
    holder.join();  // blocks this thread, so the message cannot arrive before the cancel
    waiter.cancel();
    waiter.get();
    EXPECT_TRUE(locked);
}

// T091, T038
TEST_F(CrossThreadMutex, MisuseIsRefused) {
    cross_thread::mutex guard;
    EXPECT_THROW(guard.unlock(), usage_error);
    guard.lock();
    EXPECT_THROW(guard.lock(), usage_error);
    std::thread([&] {
        EXPECT_THROW(guard.unlock(), usage_error);
        EXPECT_FALSE(guard.try_lock());
    }).join();
    run([&] { EXPECT_THROW(guard.unlock(), usage_error) << "a fiber of the same thread"; });
    guard.unlock();
    run([&] {
        cancel_scope scope;
        scope.cancel();
        EXPECT_FALSE(scope.run([&] { guard.lock(); }));
    });
    EXPECT_TRUE(guard.try_lock());
    guard.unlock();
}

}  // namespace
}  // namespace weft
