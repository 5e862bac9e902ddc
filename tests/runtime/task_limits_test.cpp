// SPDX-License-Identifier: BSL-1.0
//
// Tasks, groups and limits at the edges: durations that overflow, handles without a task, very
// many children, very deep nesting.
#include <weft/child_task.hpp>
#include <weft/fiber_local.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/task_group.hpp>

#include "support/runtime_test.hpp"

#include <chrono>
#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <utility>

namespace weft {
namespace {

using namespace std::chrono_literals;
using TaskLimits = test::runtime_test;
using TaskLimitsSlow = test::runtime_test;
using TaskLimitsLong = test::runtime_test;

using years = std::chrono::duration<double, std::ratio<31'556'952>>;

FIBER_TEST_F(TaskLimits, DurationsThatOverflowNeverEnd) {
    EXPECT_EQ(deadline_after(std::chrono::hours::max()), never);
    EXPECT_EQ(deadline_after(years(std::numeric_limits<double>::infinity())), never);
    fail_after(std::chrono::hours::max(), [] {
        EXPECT_EQ(current_deadline(), never);
        this_fiber::sleep_for(1s);
    });
    EXPECT_FALSE(move_on_after(1s, [] { this_fiber::sleep_for(std::chrono::hours::max()); }));
    EXPECT_EQ(shield_for(years(1e300), [] { return 1; }), 1);
    EXPECT_EQ(clock::now(), clock::time_point{2s});
}

FIBER_TEST_F(TaskLimits, DurationThatIsNoNumberIsRefused) {
    const years no_number(std::nan(""));
    const auto body = [] { ADD_FAILURE() << "the body ran"; };
    EXPECT_THROW(this_fiber::sleep_for(no_number), std::invalid_argument);
    EXPECT_THROW(fail_after(no_number, body), std::invalid_argument);
    EXPECT_THROW(move_on_after(no_number, body), std::invalid_argument);
    EXPECT_THROW(shield_for(no_number, body), std::invalid_argument);
    this_fiber::yield();  // no scope is left behind
    EXPECT_EQ(current_deadline(), never);
}

FIBER_TEST_F(TaskLimits, NegativeDurationsHavePassed) {
    this_fiber::sleep_for(std::chrono::hours::min());
    EXPECT_EQ(deadline_after(std::chrono::hours::min()), clock::now());
    EXPECT_THROW(fail_after(-1h, [] { this_fiber::yield(); }), timeout_error);
    EXPECT_THROW(shield_for(-1h, [] { this_fiber::yield(); }), timeout_error);
}

template <class Handle>
void expect_refused(Handle& empty) {
    EXPECT_FALSE(empty.valid());
    EXPECT_THROW(empty.join(), usage_error);
    EXPECT_THROW(empty.get(), usage_error);
    EXPECT_THROW(empty.cancel(), usage_error);
    EXPECT_THROW(static_cast<void>(empty.done()), usage_error);
    EXPECT_THROW(static_cast<void>(empty.id()), usage_error);
    EXPECT_THROW(static_cast<void>(empty.name()), usage_error);
}

FIBER_TEST_F(TaskLimits, HandleThatWasEmptiedIsRefused) {
    auto moved_from = spawn([] { return 1; });
    auto fetched = std::move(moved_from);
    EXPECT_EQ(fetched.get(), 1);
    auto detached = spawn([] {});
    detached.detach();
    expect_refused(moved_from);
    expect_refused(fetched);
    expect_refused(detached);
    EXPECT_THROW(detached.detach(), usage_error);
    this_fiber::yield();
}

FIBER_TEST_F(TaskLimits, GroupThatHasEndedTakesNobody) {
    task_group* kept = nullptr;
    auto owner = spawn([&] {
        with_task_group([&](task_group& group) {
            kept = &group;
            group.spawn([] { shield_for(1h, [] { this_fiber::sleep_for(2s); }); });
            this_fiber::yield();
            group.cancel();
        });
    });
    this_fiber::sleep_for(1s);  // it drains
    EXPECT_THROW(kept->spawn([] { ADD_FAILURE(); }), usage_error);
    EXPECT_THROW(static_cast<void>(kept->spawn_child([] { ADD_FAILURE(); })), usage_error);
    EXPECT_THROW(kept->start([](start_status<>) { ADD_FAILURE(); }), usage_error);
    owner.get();
}

void expect_group_to_hold(std::size_t children) {
    std::size_t ended = 0;
    cancel_scope scope;
    EXPECT_FALSE(scope.run([&] {
        with_task_group([&](task_group& group) {
            for (std::size_t i = 0; i < children; ++i) {
                group.spawn([&] {
                    try {
                        this_fiber::sleep_for(1h);
                    } catch (const cancelled&) {
                        ++ended;
                        throw;
                    }
                });
            }
            this_fiber::sleep_for(1s);
            EXPECT_EQ(group.running(), children);
            scope.cancel();
        });
    }));
    EXPECT_EQ(ended, children);
}

TEST_F(TaskLimitsSlow, GroupHoldsManyChildren) {
    options.stack_size = 16 * 1024;
    may_compute();
    run([] { expect_group_to_hold(test::sanitized() ? 2'000 : 20'000); });
}

TEST_F(TaskLimitsLong, GroupHoldsAHundredThousandChildren) {
    options.stack_size = 16 * 1024;
    may_compute();
    run([] { expect_group_to_hold(100'000); });
}

/// Groups inside groups, a child in each; returns how deep it came.
int nest(int groups) {
    int reached = 0;
    with_task_group([&](task_group& group) {
        group.spawn([] { this_fiber::sleep_for(1h); });
        reached = groups == 1 ? (this_fiber::sleep_for(1h), 0) : nest(groups - 1);
    });
    return reached;
}

TEST_F(TaskLimits, CancellationReachesDownAThousandGroups) {
    options.main_stack_size = 64 * 1024 * 1024;  // sanitizers need more
    run([] {
        EXPECT_FALSE(move_on_after(1s, [] { nest(1000); }));
        EXPECT_EQ(test::other_fibers(), 0U);
    });
}

FIBER_TEST_F(TaskLimits, ManyVariablesPerFiberStayRight) {
    constexpr int variables = 200;
    fiber_local<int> all[variables];
    for (int i = 0; i < variables; ++i) {
        all[i].set(i);
    }
    spawn([&] {
        for (int i = 0; i < variables; i += 2) {
            all[i].reset();
        }
        EXPECT_EQ(*all[100], 0);
        EXPECT_EQ(*all[101], 101);
    }).get();
    EXPECT_EQ(*all[100], 100);
}

}  // namespace
}  // namespace weft
