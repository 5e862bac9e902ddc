// SPDX-License-Identifier: BSL-1.0
#include <weft/semaphore.hpp>

#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/runtime_test.hpp"

#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace weft {
namespace {

using Semaphore = test::runtime_test;

FIBER_TEST_F(Semaphore, LetsAsManyInAsThereArePermits) {
    counting_semaphore permits(3);
    int inside = 0;
    int most = 0;
    std::vector<task<>> all;
    for (int i = 0; i < 10; ++i) {
        all.push_back(spawn([&] {
            permits.acquire();
            most = std::max(most, ++inside);
            let_others_run(2);
            --inside;
            permits.release();
        }));
    }
    for (auto& each : all) {
        each.get();
    }
    EXPECT_EQ(most, 3);
    EXPECT_EQ(permits.available(), 3);
}

// T087: three fibers take turns.
FIBER_TEST_F(Semaphore, FibersTakeTurns) {
    counting_semaphore permits(1);
    std::string trace;
    const auto twice = [&](const char* name) {
        return [&, name] {
            for (int i = 0; i < 2; ++i) {
                permits.acquire();
                trace += name;
                this_fiber::yield();
                permits.release();
            }
        };
    };
    auto c1 = spawn(twice("1"));
    auto c2 = spawn(twice("2"));
    auto c3 = spawn(twice("3"));
    c3.get();
    EXPECT_EQ(trace, "123123");
    c1.get();
    c2.get();
}

FIBER_TEST_F(Semaphore, NewcomerDoesNotOvertakeAWaiter) {
    counting_semaphore permits(0);
    auto waiter = spawn([&] { permits.acquire(); });
    let_others_run();
    permits.release();
    EXPECT_FALSE(permits.try_acquire());
    waiter.get();
}

// T089, python/asyncio #270, #271, bpo-45997, gh-90155: release and cancel in one pass lose no
// permit, in either order.
FIBER_TEST_F(Semaphore, ReleaseThenCancelKeepsThePermit) {
    counting_semaphore permits(0);
    bool second_in = false;
    auto first = spawn([&] {
        permits.acquire();
        permits.release();  // it got the permit before the cancellation
    });
    auto second = spawn([&] {
        permits.acquire();
        second_in = true;
    });
    let_others_run();
    permits.release();
    first.cancel();
    second.get();
    EXPECT_TRUE(second_in);
    EXPECT_EQ(permits.available(), 0);
}

FIBER_TEST_F(Semaphore, CancelThenReleaseServesTheNext) {
    counting_semaphore permits(0);
    auto first = spawn([&] { permits.acquire(); });
    auto second = spawn([&] { permits.acquire(); });
    let_others_run();
    first.cancel();
    permits.release();
    second.get();
    EXPECT_THROW(first.get(), cancelled);
    EXPECT_EQ(permits.available(), 0);
}

FIBER_TEST_F(Semaphore, SeveralReleasesInOnePassWakeSeveralInOrder) {
    counting_semaphore permits(0);
    std::vector<int> order;
    std::vector<task<>> all;
    for (int i = 0; i < 4; ++i) {
        all.push_back(spawn([&, i] {
            permits.acquire();
            order.push_back(i);
        }));
    }
    let_others_run();
    permits.release(2);
    permits.release();
    let_others_run();
    EXPECT_EQ(order, (std::vector{0, 1, 2}));
    permits.release(2);
    all.back().get();
    EXPECT_EQ(permits.available(), 1);
}

// T038
FIBER_TEST_F(Semaphore, FreePermitIsNotTakenWhenCancelled) {
    counting_semaphore permits(1);
    cancel_scope scope;
    scope.cancel();
    EXPECT_FALSE(scope.run([&] { permits.acquire(); }));
    EXPECT_EQ(permits.available(), 1);
}

// T091
TEST_F(Semaphore, RefusesImpossibleCounts) {
    EXPECT_THROW(counting_semaphore(-1), std::invalid_argument);
    counting_semaphore permits(1);
    EXPECT_THROW(permits.release(-1), std::invalid_argument);
    EXPECT_THROW(permits.release(std::numeric_limits<std::ptrdiff_t>::max()),
                 std::invalid_argument);
    EXPECT_EQ(permits.available(), 1);
    permits.release(0);
    EXPECT_EQ(permits.available(), 1);
}

FIBER_TEST_F(Semaphore, TryAcquireNeverWaits) {
    counting_semaphore permits(1);
    EXPECT_TRUE(permits.try_acquire());
    EXPECT_FALSE(permits.try_acquire());
}

FIBER_TEST_F(Semaphore, StatisticsCountPermitsAndThoseWhoWait) {
    counting_semaphore permits(1);
    EXPECT_EQ(permits.statistics().available, 1);
    permits.acquire();
    auto waiter = spawn([&] { permits.acquire(); });
    let_others_run();
    EXPECT_EQ(permits.statistics().available, 0);
    EXPECT_EQ(permits.statistics().waiting, 1U);
    permits.release();
    EXPECT_EQ(permits.statistics().waiting, 0U);
}

// T091: a bounded semaphore refuses one release too many.
FIBER_TEST_F(Semaphore, BoundRefusesAReleaseTooMany) {
    EXPECT_THROW(counting_semaphore(2, 1), std::invalid_argument);
    counting_semaphore permits(1, 1);
    EXPECT_THROW(permits.release(), std::invalid_argument);
    EXPECT_EQ(permits.available(), 1);
    permits.acquire();
    auto waiter = spawn([&] { permits.acquire(); });
    let_others_run();
    EXPECT_THROW(permits.release(2), std::invalid_argument);
    EXPECT_FALSE(waiter.done());
    permits.release();
    waiter.get();
    permits.release();
    EXPECT_THROW(permits.release(), std::invalid_argument);
}

}  // namespace
}  // namespace weft
