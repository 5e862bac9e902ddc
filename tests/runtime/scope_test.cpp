// SPDX-License-Identifier: BSL-1.0
#include <weft/scope.hpp>

#include <weft/task.hpp>
#include <weft/task_group.hpp>

#include "support/runtime_test.hpp"

#include <chrono>
#include <optional>
#include <stdexcept>

namespace weft {
namespace {

using namespace std::chrono_literals;
using Scope = test::runtime_test;

FIBER_TEST_F(Scope, LetsItsBodyFinish) {
    cancel_scope scope;
    EXPECT_TRUE(scope.run([] { this_fiber::sleep_for(1s); }));
    EXPECT_FALSE(scope.cancel_called());
    EXPECT_FALSE(scope.cancelled_caught());
    EXPECT_EQ(scope.deadline(), never);
}

// T077: level-triggered, absorbed at the exit.
FIBER_TEST_F(Scope, EveryBlockingCallInsideThrows) {
    cancel_scope scope;
    EXPECT_FALSE(scope.run([&] {
        scope.cancel("why");
        EXPECT_THROW(this_fiber::sleep_for(1s), cancelled);
        try {
            this_fiber::sleep_for(1s);
            ADD_FAILURE() << "not reached";
        } catch (const cancelled& request) {
            EXPECT_EQ(request.scope_id(), scope.id());
            EXPECT_EQ(request.reason(), "why");
            throw;
        }
    }));
    EXPECT_TRUE(scope.cancelled_caught());
    EXPECT_EQ(clock::now(), clock::time_point{});
    this_fiber::yield();
}

FIBER_TEST_F(Scope, CancelledBeforeItRunsItThrowsAtTheFirstCall) {
    cancel_scope scope;
    scope.cancel();
    bool began = false;
    EXPECT_FALSE(scope.run([&] {
        began = true;
        this_fiber::yield();
        ADD_FAILURE() << "not reached";
    }));
    EXPECT_TRUE(began);
}

FIBER_TEST_F(Scope, CanBeCancelledByAnotherFiber) {
    cancel_scope scope;
    auto other = spawn([&] {
        this_fiber::sleep_for(1s);
        scope.cancel();
    });
    EXPECT_FALSE(scope.run([] { this_fiber::sleep_for(1h); }));
    EXPECT_EQ(clock::now(), clock::time_point{1s});
}

// T079: left without a blocking call, it disturbs nothing outside.
FIBER_TEST_F(Scope, PendingCancellationDiesWithTheScope) {
    cancel_scope scope;
    EXPECT_TRUE(scope.run([&] { scope.cancel(); }));
    EXPECT_TRUE(scope.cancel_called());
    EXPECT_FALSE(scope.cancelled_caught());
    this_fiber::sleep_for(1s);
    EXPECT_EQ(clock::now(), clock::time_point{1s});
}

// T081
FIBER_TEST_F(Scope, RunsOnlyOnce) {
    cancel_scope scope;
    EXPECT_TRUE(scope.run([&] {
        EXPECT_THROW(scope.run([] {}), usage_error);
        spawn([&] { EXPECT_THROW(scope.run([] {}), usage_error); }).get();
    }));
    EXPECT_THROW(scope.run([] {}), usage_error);
    this_fiber::yield();
}

TEST_F(Scope, NeedsAFiber) {
    cancel_scope scope;
    EXPECT_THROW(scope.run([] {}), usage_error);
    EXPECT_EQ(current_deadline(), never);
}

FIBER_TEST_F(Scope, OtherExceptionsPass) {
    cancel_scope scope;
    EXPECT_THROW(scope.run([&] {
        scope.cancel();
        throw std::runtime_error("other");
    }),
                 std::runtime_error);
    EXPECT_FALSE(scope.cancelled_caught());
    this_fiber::yield();
}

FIBER_TEST_F(Scope, OuterCancellationPassesTheInnerScope) {
    cancel_scope outer;
    cancel_scope inner;
    EXPECT_FALSE(outer.run([&] {
        inner.run([&] {
            outer.cancel();
            this_fiber::yield();
        });
        ADD_FAILURE() << "the inner scope absorbed what was not its own";
    }));
    EXPECT_FALSE(inner.cancelled_caught());
    EXPECT_TRUE(outer.cancelled_caught());
}

// Law 4: of several cancelled scopes the outermost absorbs.
FIBER_TEST_F(Scope, OutermostCancelledScopeAbsorbs) {
    cancel_scope outer;
    cancel_scope inner;
    EXPECT_FALSE(outer.run([&] {
        inner.run([&] {
            inner.cancel();
            outer.cancel();
            this_fiber::yield();
        });
        ADD_FAILURE() << "not reached";
    }));
    EXPECT_TRUE(inner.cancel_called());
    EXPECT_FALSE(inner.cancelled_caught());
}

// An inner cancellation on its way out is taken over by an outer one that comes meanwhile.
FIBER_TEST_F(Scope, OuterCancellationTakesOverAnInnerOneOnItsWay) {
    cancel_scope outer;
    cancel_scope inner;
    EXPECT_FALSE(outer.run([&] {
        inner.run([&] {
            inner.cancel();
            try {
                this_fiber::yield();
            } catch (const cancelled& request) {
                EXPECT_EQ(request.scope_id(), inner.id());
                outer.cancel();
                throw;
            }
        });
        ADD_FAILURE() << "not reached";
    }));
    EXPECT_TRUE(outer.cancelled_caught());
}

FIBER_TEST_F(Scope, CancellationReachesGroupsInside) {
    cancel_scope scope(clock::time_point{1s});
    int ended = 0;
    EXPECT_FALSE(scope.run([&] {
        with_task_group([&](task_group& group) {
            for (int i = 0; i < 3; ++i) {
                group.spawn([&] {
                    cancel_scope deeper;
                    try {
                        deeper.run([] { this_fiber::sleep_for(1h); });
                    } catch (const cancelled& request) {
                        EXPECT_EQ(request.scope_id(), scope.id());
                        ++ended;
                        throw;
                    }
                });
            }
        });
    }));
    EXPECT_EQ(ended, 3);
}

// T078: cleanup behind a shield blocks normally.
FIBER_TEST_F(Scope, ShieldKeepsOuterCancellationAway) {
    cancel_scope outer;
    EXPECT_FALSE(outer.run([&] {
        outer.cancel();
        shield_for(1min, [] { this_fiber::sleep_for(1s); });
        EXPECT_EQ(clock::now(), clock::time_point{1s});
        this_fiber::yield();
        ADD_FAILURE() << "not reached";
    }));
}

// T078, T056: over its limit, the shield's own timeout ends it.
FIBER_TEST_F(Scope, ShieldIsBounded) {
    cancel_scope outer;
    EXPECT_FALSE(outer.run([&] {
        outer.cancel();
        EXPECT_THROW(shield_for(50ms, [] { this_fiber::sleep_for(1h); }), timeout_error);
        EXPECT_EQ(clock::now(), clock::time_point{50ms});
        this_fiber::yield();
    }));
}

FIBER_TEST_F(Scope, ShieldReturnsTheResult) {
    EXPECT_EQ(shield_for(1s, [] { return 5; }), 5);
}

// T078: taking the shield away lets the cancellation in.
FIBER_TEST_F(Scope, ShieldCanBeTakenAwayAndPutUp) {
    cancel_scope outer;
    EXPECT_TRUE(outer.run([&] {
        outer.cancel();
        cancel_scope inner;
        inner.set_shield(true);
        inner.run([&] {
            this_fiber::yield();
            inner.set_shield(false);
            EXPECT_THROW(this_fiber::yield(), cancelled);
            inner.set_shield(true);
            this_fiber::yield();
            auto other = spawn([&] { inner.set_shield(false); });
            EXPECT_THROW(this_fiber::sleep_for(1h), cancelled);
        });
    }));
    EXPECT_EQ(clock::now(), clock::time_point{});
}

FIBER_TEST_F(Scope, CancelAfterTheScopeWasLeftIsHarmless) {
    cancel_scope scope;
    EXPECT_TRUE(scope.run([] {}));
    scope.cancel();
    this_fiber::yield();
}

FIBER_TEST_F(Scope, DeepNestingIsFine) {
    cancel_scope outer;
    int depth = 0;
    const auto nest = [&](const auto& self) -> void {
        if (++depth == 200) {
            outer.cancel();
            this_fiber::yield();
        }
        cancel_scope inner;
        inner.run([&] { self(self); });
    };
    EXPECT_FALSE(outer.run([&] { nest(nest); }));
    EXPECT_EQ(depth, 200);
}

}  // namespace
}  // namespace weft
