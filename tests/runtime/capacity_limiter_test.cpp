// SPDX-License-Identifier: BSL-1.0
#include <weft/capacity_limiter.hpp>

#include <weft/error.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/runtime_test.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;
using Limiter = test::runtime_test;

FIBER_TEST_F(Limiter, LendsAsManyTokensAsThereAre) {
    capacity_limiter limiter(2);
    int inside = 0;
    int most = 0;
    std::vector<task<>> all;
    for (int i = 0; i < 8; ++i) {
        all.push_back(spawn([&] {
            limiter.acquire();
            most = std::max(most, ++inside);
            let_others_run(2);
            --inside;
            limiter.release();
        }));
    }
    for (auto& each : all) {
        each.get();
    }
    EXPECT_EQ(most, 2);
    EXPECT_EQ(limiter.borrowed(), 0U);
}

FIBER_TEST_F(Limiter, KnowsItsBorrowers) {
    capacity_limiter limiter(2);
    limiter.acquire();
    limiter.acquire_on_behalf_of(77);
    auto waiter = spawn([&] { limiter.acquire_on_behalf_of(78); });
    let_others_run();
    auto now = limiter.statistics();
    std::sort(now.borrowers.begin(), now.borrowers.end());
    auto expected = std::vector<std::uint64_t>{77, this_fiber::id()};
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(now.borrowers, expected);
    EXPECT_EQ(now.waiting, 1U);
    EXPECT_EQ(now.total, 2U);
    EXPECT_EQ(now.borrowed, 2U);
    limiter.release();
    waiter.get();
    limiter.release_on_behalf_of(77);
    limiter.release_on_behalf_of(78);
}

FIBER_TEST_F(Limiter, EachBorrowerHasOneTokenAndGivesBackItsOwn) {
    capacity_limiter limiter(3);
    EXPECT_THROW(limiter.release(), usage_error);
    limiter.acquire();
    EXPECT_THROW(limiter.acquire(), usage_error);
    EXPECT_THROW(static_cast<void>(limiter.try_acquire()), usage_error);
    spawn([&] { EXPECT_THROW(limiter.release(), usage_error); }).get();
    EXPECT_EQ(limiter.borrowed(), 1U);
    EXPECT_TRUE(limiter.try_acquire_on_behalf_of(5));
    limiter.release_on_behalf_of(5);
    limiter.release();
    EXPECT_THROW(limiter.release(), usage_error);
}

FIBER_TEST_F(Limiter, NobodyWaitsTwiceOnBehalfOfOneBorrower) {
    capacity_limiter limiter(0);
    auto waiter = spawn([&] { limiter.acquire_on_behalf_of(5); });
    let_others_run();
    EXPECT_THROW(limiter.acquire_on_behalf_of(5), usage_error);
    EXPECT_THROW(limiter.release_on_behalf_of(5), usage_error);
    limiter.set_total(1);
    waiter.get();
    limiter.release_on_behalf_of(5);
}

FIBER_TEST_F(Limiter, TotalMayChangeWhileTokensAreLent) {
    capacity_limiter limiter(1);
    limiter.acquire();
    auto first = spawn([&] {
        limiter.acquire();
        let_others_run();
        limiter.release();
    });
    auto second = spawn([&] {
        limiter.acquire();
        let_others_run();
        limiter.release();
    });
    let_others_run();
    limiter.set_total(3);
    EXPECT_EQ(limiter.borrowed(), 3U) << "those who wait are lent to at once";
    limiter.set_total(0);
    constexpr std::uint64_t nobody = std::uint64_t{1} << 63;  // no fiber has such an id
    EXPECT_FALSE(limiter.try_acquire_on_behalf_of(nobody));
    first.get();
    second.get();
    EXPECT_EQ(limiter.borrowed(), 1U);
    limiter.release();
    EXPECT_FALSE(limiter.try_acquire()) << "the total is 0";
    EXPECT_EQ(limiter.total(), 0U);
}

// anyio #1170: a token on its way to a waiter is not lent a second time.
FIBER_TEST_F(Limiter, TokenHandedOverIsNotLentTwice) {
    capacity_limiter limiter(1);
    limiter.acquire();
    auto waiter = spawn([&] {
        limiter.acquire();
        EXPECT_EQ(limiter.borrowed(), 1U);
        limiter.release();
    });
    let_others_run();
    limiter.release();
    EXPECT_FALSE(limiter.try_acquire()) << "the waiter has not run yet";
    EXPECT_EQ(limiter.borrowed(), 1U);
    waiter.get();
    EXPECT_TRUE(limiter.try_acquire());
    limiter.release();
}

// anyio #947, T089: a token never goes to a waiter that was cancelled; handed over, it is kept.
TEST_F(Limiter, CancelAndReleaseLoseNoToken) {
    for (const bool cancel_first : {true, false}) {
        run([&] {
            capacity_limiter limiter(1);
            limiter.acquire();
            auto first = spawn([&] {
                limiter.acquire();
                limiter.release();
            });
            auto second = spawn([&] {
                limiter.acquire();
                limiter.release();
            });
            let_others_run();
            if (cancel_first) {
                first.cancel();
                limiter.release();
                EXPECT_THROW(first.get(), cancelled);
            } else {
                limiter.release();
                first.cancel();
                first.get();
            }
            second.get();
            EXPECT_EQ(limiter.borrowed(), 0U);
            EXPECT_TRUE(limiter.statistics().borrowers.empty());
        });
    }
}

FIBER_TEST_F(Limiter, CancelledWaiterMayAskAgain) {
    capacity_limiter limiter(1);
    limiter.acquire();
    auto waiter = spawn([&] {
        EXPECT_FALSE(move_on_after(1s, [&] { limiter.acquire(); }));
        limiter.acquire();
        limiter.release();
    });
    this_fiber::sleep_for(2s);
    limiter.release();
    waiter.get();
}

FIBER_TEST_F(Limiter, ServesThoseWhoWaitInTheOrderOfArrival) {
    capacity_limiter limiter(0);
    std::string order;
    std::vector<task<>> all;
    for (const char* name : {"a", "b", "c"}) {
        all.push_back(spawn([&, name] {
            limiter.acquire();
            order += name;
        }));
    }
    let_others_run();
    limiter.set_total(3);
    let_others_run();
    EXPECT_EQ(order, "abc");
}

// T038
FIBER_TEST_F(Limiter, FreeTokenThrowsWhenCancelled) {
    capacity_limiter limiter(1);
    cancel_scope scope;
    scope.cancel();
    EXPECT_FALSE(scope.run([&] { limiter.acquire(); }));
    EXPECT_EQ(limiter.borrowed(), 0U);
}

}  // namespace
}  // namespace weft
