// SPDX-License-Identifier: BSL-1.0
#include <weft/cross_thread/semaphore.hpp>

#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/runtime_test.hpp"

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

namespace weft {
namespace {

/// On real time: other threads take part.
class CrossThreadSemaphore : public test::runtime_test {
protected:
    CrossThreadSemaphore() { use_real_time(); }
};

TEST_F(CrossThreadSemaphore, LetsAsManyInAsThereArePermits) {
    cross_thread::counting_semaphore permits(2);
    std::atomic<int> inside{0};
    std::atomic<int> most{0};
    const auto visit = [&] {
        for (int i = 0; i < 300; ++i) {
            permits.acquire();
            most = std::max(most.load(), ++inside);
            std::this_thread::yield();
            --inside;
            permits.release();
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
    EXPECT_LE(most, 2);
    EXPECT_EQ(permits.available(), 2);
}

// T087
FIBER_TEST_F(CrossThreadSemaphore, PermitsGoToThoseWhoWaitInTheOrderOfArrival) {
    cross_thread::counting_semaphore permits(0);
    std::vector<int> order;
    std::vector<task<>> all;
    for (int i = 0; i < 3; ++i) {
        all.push_back(spawn([&, i] {
            permits.acquire();
            order.push_back(i);
        }));
    }
    let_others_run();
    EXPECT_EQ(permits.statistics().waiting, 3U);
    permits.release(4);
    EXPECT_EQ(permits.available(), 1) << "the others are handed over already";
    let_others_run();
    EXPECT_EQ(order, (std::vector{0, 1, 2}));
}

// T089: both orders, and the hand-over comes from a thread.
TEST_F(CrossThreadSemaphore, CancelAndReleaseLoseNoPermit) {
    for (const bool cancel_first : {true, false}) {
        run([&] {
            cross_thread::counting_semaphore permits(0);
            auto waiter = spawn([&] { permits.acquire(); });
            let_others_run();
            const auto release = [&] { std::thread([&] { permits.release(); }).join(); };
            if (cancel_first) {
                waiter.cancel();
                release();
                EXPECT_THROW(waiter.get(), cancelled);
            } else {
                release();
                waiter.cancel();
                waiter.get();
            }
            EXPECT_EQ(permits.available(), cancel_first ? 1 : 0);
        });
    }
}

// T091, T038
TEST_F(CrossThreadSemaphore, MisuseIsRefused) {
    using cross_thread::counting_semaphore;
    EXPECT_THROW(counting_semaphore(-1), std::invalid_argument);
    EXPECT_THROW(counting_semaphore(2, 1), std::invalid_argument);
    counting_semaphore permits(1, 1);
    EXPECT_THROW(permits.release(), std::invalid_argument);
    EXPECT_THROW(permits.release(-1), std::invalid_argument);
    run([&] {
        cancel_scope scope;
        scope.cancel();
        EXPECT_FALSE(scope.run([&] { permits.acquire(); }));
    });
    EXPECT_TRUE(permits.try_acquire());
    EXPECT_FALSE(permits.try_acquire());
}

}  // namespace
}  // namespace weft
