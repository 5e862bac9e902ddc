// SPDX-License-Identifier: BSL-1.0
//
// Scopes with deadlines: fail_after, move_on_after and what they share.
#include <weft/scope.hpp>

#include <weft/task.hpp>
#include <weft/task_group.hpp>

#include "support/runtime_test.hpp"

#include <chrono>
#include <cmath>
#include <memory>
#include <optional>
#include <stdexcept>

namespace weft {
namespace {

using namespace std::chrono_literals;
using ScopeDeadline = test::runtime_test;

// T051
FIBER_TEST_F(ScopeDeadline, ExceededLimitIsATimeout) {
    EXPECT_THROW(fail_after(10ms, [] { this_fiber::sleep_for(1h); }), timeout_error);
    EXPECT_EQ(clock::now(), clock::time_point{10ms});
    this_fiber::yield();
}

FIBER_TEST_F(ScopeDeadline, KeptLimitReturnsTheResult) {
    EXPECT_EQ(fail_after(1s,
                         [] {
                             this_fiber::sleep_for(10ms);
                             return 5;
                         }),
              5);
    const auto pointer = fail_after(1s, [] { return std::make_unique<int>(6); });
    EXPECT_EQ(*pointer, 6);
    fail_after(1s, [] {});
    this_fiber::sleep_for(2s);  // the limit is gone with its scope
}

FIBER_TEST_F(ScopeDeadline, MoveOnTellsWhetherItFinished) {
    EXPECT_TRUE(move_on_after(1s, [] {}));
    EXPECT_FALSE(move_on_after(1s, [] { this_fiber::sleep_for(1h); }));
    EXPECT_EQ(move_on_after(1s, [] { return 3; }), 3);
    EXPECT_EQ(move_on_after(1s,
                            [] {
                                this_fiber::sleep_for(1h);
                                return 3;
                            }),
              std::nullopt);
}

FIBER_TEST_F(ScopeDeadline, AbsoluteForms) {
    EXPECT_FALSE(move_on_at(clock::time_point{1s}, [] { this_fiber::sleep_for(1h); }));
    EXPECT_EQ(clock::now(), clock::time_point{1s});
    EXPECT_THROW(fail_at(clock::time_point{2s}, [] { this_fiber::sleep_for(1h); }), timeout_error);
    EXPECT_EQ(clock::now(), clock::time_point{2s});
}

FIBER_TEST_F(ScopeDeadline, LimitOfZeroThrowsAtTheFirstCall) {
    bool began = false;
    EXPECT_THROW(fail_after(0s,
                            [&] {
                                began = true;
                                this_fiber::yield();
                            }),
                 timeout_error);
    EXPECT_TRUE(began);
    EXPECT_EQ(fail_after(-1s, [] { return 1; }), 1);
    EXPECT_THROW(fail_after(std::nan("") * 1s, [] {}), std::invalid_argument);
}

// T052: two limits at the same moment: the outermost takes it.
FIBER_TEST_F(ScopeDeadline, OutermostOfEqualDeadlinesThrows) {
    cancel_scope outer(clock::time_point{1s});
    cancel_scope inner(clock::time_point{1s});
    EXPECT_FALSE(outer.run([&] {
        inner.run([] { this_fiber::sleep_for(1h); });
        ADD_FAILURE() << "the inner scope absorbed";
    }));
    EXPECT_TRUE(inner.cancel_called());
    EXPECT_FALSE(inner.cancelled_caught());
}

FIBER_TEST_F(ScopeDeadline, InnerEarlierLimitThrowsAndTheOuterStays) {
    EXPECT_TRUE(move_on_after(2s, [] {
        EXPECT_THROW(fail_after(1s, [] { this_fiber::sleep_for(1h); }), timeout_error);
        this_fiber::sleep_for(500ms);
    }));
}

// T054, gh-86296: an outer cancel in the same pass wins over the timeout.
FIBER_TEST_F(ScopeDeadline, OuterCancelInTheSamePassWins) {
    task<> both;
    auto canceller = spawn([&] {  // its timer is armed first, so it runs first
        this_fiber::sleep_until(clock::time_point{1s});
        both.cancel();
    });
    both = spawn([] {
        try {
            fail_at(clock::time_point{1s}, [] { this_fiber::sleep_for(1h); });
        } catch (const timeout_error&) {
            ADD_FAILURE() << "the outer cancellation was lost";
        }
    });
    EXPECT_THROW(both.get(), cancelled);
}

// T056, gh-102780: inside a caught cancellation a limit changes nothing.
FIBER_TEST_F(ScopeDeadline, LimitInsideACancelledScopeThrowsCancelled) {
    cancel_scope outer;
    EXPECT_FALSE(outer.run([&] {
        outer.cancel();
        try {
            this_fiber::yield();
        } catch (const cancelled&) {
            EXPECT_THROW(fail_after(0s, [] { this_fiber::sleep_for(1s); }), cancelled);
            EXPECT_THROW(shield_for(0s, [] { this_fiber::sleep_for(1s); }), timeout_error);
            throw;
        }
    }));
}

// gh-134471: a limit of zero does not swallow a cancel that was pending.
FIBER_TEST_F(ScopeDeadline, LimitOfZeroDoesNotSwallowAPendingCancel) {
    cancel_scope outer;
    EXPECT_FALSE(outer.run([&] {
        outer.cancel();
        static_cast<void>(move_on_after(0s, [] { this_fiber::yield(); }));
        ADD_FAILURE() << "the cancellation was swallowed";
    }));
}

// T057
FIBER_TEST_F(ScopeDeadline, FailureDuringCleanupPasses) {
    EXPECT_THROW(fail_after(1s,
                            [] {
                                try {
                                    this_fiber::sleep_for(1h);
                                } catch (const cancelled&) {
                                    throw std::logic_error("cleanup");
                                }
                            }),
                 std::logic_error);
}

// T058
FIBER_TEST_F(ScopeDeadline, SwallowedTimeoutFinishes) {
    cancel_scope scope(clock::time_point{1s});
    EXPECT_TRUE(scope.run([] { EXPECT_THROW(this_fiber::sleep_for(1h), cancelled); }));
    EXPECT_TRUE(scope.cancel_called());
    EXPECT_FALSE(scope.cancelled_caught());
}

// T059
FIBER_TEST_F(ScopeDeadline, CanBeMovedWhileTheScopeRuns) {
    cancel_scope scope(clock::time_point{1s});
    EXPECT_FALSE(scope.run([&] {
        scope.set_deadline(clock::time_point{5s});
        this_fiber::sleep_for(3s);
        scope.set_deadline(never);
        this_fiber::sleep_for(3s);
        EXPECT_EQ(scope.deadline(), never);
        scope.set_deadline(clock::time_point{1s});  // past: at the next pass
        this_fiber::sleep_for(1h);
    }));
    EXPECT_EQ(clock::now(), clock::time_point{6s});
}

// T059
FIBER_TEST_F(ScopeDeadline, CanBeSetBeforeAndNotAfter) {
    cancel_scope scope;
    scope.set_deadline(clock::time_point{1s});
    EXPECT_FALSE(scope.run([&] {
        EXPECT_THROW(this_fiber::sleep_for(1h), cancelled);
        scope.set_deadline(never);  // no effect any more
        this_fiber::yield();
    }));
    EXPECT_THROW(scope.set_deadline(never), usage_error);
}

FIBER_TEST_F(ScopeDeadline, StaysWhereItWasOnceTheScopeIsCancelled) {
    cancel_scope scope(clock::time_point{2s});
    scope.run([&] {
        scope.cancel();
        scope.set_deadline(clock::time_point{1s});
        EXPECT_EQ(current_deadline(), clock::time_point{2s});
    });
    EXPECT_EQ(scope.deadline(), clock::time_point{2s});
}

FIBER_TEST_F(ScopeDeadline, ReasonNamesTheDeadline) {
    cancel_scope scope(clock::time_point{1s});
    EXPECT_TRUE(scope.run([] {
        try {
            this_fiber::sleep_for(1h);
        } catch (const cancelled& request) {
            EXPECT_EQ(request.reason(), "deadline");
        }
    }));
}

FIBER_TEST_F(ScopeDeadline, EarliestOneAroundIsTheCurrent) {
    EXPECT_EQ(current_deadline(), never);
    fail_after(5s, [] {
        fail_after(9s, [] {
            EXPECT_EQ(current_deadline(), clock::time_point{5s});
            fail_after(2s, [] { EXPECT_EQ(current_deadline(), clock::time_point{2s}); });
            shield_for(7s, [] { EXPECT_EQ(current_deadline(), clock::time_point{7s}); });
        });
        with_task_group([](task_group& group) {
            group.spawn([] { EXPECT_EQ(current_deadline(), clock::time_point{5s}); });
        });
    });
}

// T014, "timeout per request": limits that are kept leave no timers behind.
FIBER_TEST_F(ScopeDeadline, LimitsThatAreKeptCostNothingAfterwards) {
    for (int i = 0; i < 10'000; ++i) {
        fail_after(1h, [] {});
    }
    this_fiber::sleep_for(2h);
}

}  // namespace
}  // namespace weft
