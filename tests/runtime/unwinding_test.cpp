// SPDX-License-Identifier: BSL-1.0
//
// Destructors that block while an exception unwinds the fiber, decision 3: cancellation from
// outside does not reach them, for a bounded time; limits that they set themselves do.
#include <weft/scope.hpp>

#include <weft/task.hpp>
#include <weft/task_group.hpp>

#include "support/runtime_test.hpp"

#include <chrono>
#include <exception>
#include <functional>
#include <stdexcept>
#include <utility>

namespace weft {
namespace {

using namespace std::chrono_literals;
using Unwinding = test::runtime_test;

/// Runs a function in its destructor.
class at_exit {
public:
    explicit at_exit(std::function<void()> function) : function_(std::move(function)) {}
    at_exit(const at_exit&) = delete;
    at_exit& operator=(const at_exit&) = delete;
    ~at_exit() { function_(); }

private:
    std::function<void()> function_;
};

FIBER_TEST_F(Unwinding, DestructorMayBlockWhileItsFiberIsCancelled) {
    cancel_scope scope(clock::time_point{1s});
    bool cleaned = false;
    EXPECT_FALSE(scope.run([&] {
        const at_exit cleanup([&] {
            this_fiber::sleep_for(2s);
            cleaned = true;
        });
        this_fiber::sleep_for(1h);
    }));
    EXPECT_TRUE(cleaned);
    EXPECT_EQ(clock::now(), clock::time_point{3s});
}

// The cancellation comes while the destructor blocks, and nothing else runs meanwhile.
FIBER_TEST_F(Unwinding, CancellationDuringTheCleanupWaits) {
    cancel_scope scope(clock::time_point{1s});
    bool cleaned = false;
    EXPECT_THROW(scope.run([&] {
        const at_exit cleanup([&] {
            this_fiber::sleep_for(2s);
            cleaned = true;
        });
        throw std::runtime_error("failure");
    }),
                 std::runtime_error);
    EXPECT_TRUE(cleaned);
    EXPECT_TRUE(scope.cancel_called());
    EXPECT_EQ(clock::now(), clock::time_point{2s});
}

TEST_F(Unwinding, CleanupIsBoundedAndReported) {
    options.unwinding_limit = 5s;
    run([&] {
        cancel_scope scope(clock::time_point{1s});
        int stopped = 0;
        EXPECT_FALSE(scope.run([&] {
            const at_exit cleanup([&] {
                EXPECT_THROW(this_fiber::sleep_for(1h), cancelled);
                EXPECT_THROW(this_fiber::sleep_for(1h), cancelled);
                ++stopped;
            });
            this_fiber::sleep_for(1h);
        }));
        EXPECT_EQ(stopped, 1);
        EXPECT_EQ(clock::now(), clock::time_point{6s});
        const auto reports = take_reports();
        ASSERT_EQ(reports.size(), 1U);
        EXPECT_EQ(reports[0].kind, error_kind::shield_expired);
        EXPECT_EQ(reports[0].fiber_name, "main");
    });
}

// The bound begins anew with every unwinding.
TEST_F(Unwinding, EachUnwindingHasItsOwnBound) {
    options.unwinding_limit = 5s;
    run([] {
        for (int i = 0; i < 4; ++i) {
            EXPECT_FALSE(move_on_after(1s, [] {
                const at_exit cleanup([] { this_fiber::sleep_for(4s); });
                this_fiber::sleep_for(1h);
            }));
        }
        EXPECT_EQ(clock::now(), clock::time_point{20s});
    });
}

FIBER_TEST_F(Unwinding, SeveralScopesCancelledDuringTheCleanup) {
    cancel_scope outer(clock::time_point{2s});
    EXPECT_THROW(outer.run([] {
        fail_at(clock::time_point{1s}, [] {
            const at_exit cleanup([] { this_fiber::sleep_for(3s); });
            throw std::runtime_error("failure");
        });
    }),
                 std::runtime_error);
    EXPECT_EQ(clock::now(), clock::time_point{3s});
    this_fiber::sleep_for(1h);  // no timer is left
}

// What shield_for() promises for cleanup holds in a destructor too.
FIBER_TEST_F(Unwinding, ShieldInADestructorIsBoundedByItsOwnLimit) {
    cancel_scope scope(clock::time_point{1s});
    EXPECT_FALSE(scope.run([&] {
        const at_exit cleanup([] {
            EXPECT_THROW(shield_for(50ms, [] { this_fiber::sleep_for(1h); }), timeout_error);
            EXPECT_EQ(clock::now(), clock::time_point{1050ms});
        });
        this_fiber::sleep_for(1h);
    }));
}

FIBER_TEST_F(Unwinding, TimeLimitInADestructorWorks) {
    cancel_scope scope(clock::time_point{1s});
    EXPECT_FALSE(scope.run([&] {
        const at_exit cleanup([] {
            EXPECT_FALSE(move_on_after(1s, [] { this_fiber::sleep_for(1h); }));
            EXPECT_FALSE(move_on_after(0s, [] { this_fiber::yield(); }));
            EXPECT_EQ(clock::now(), clock::time_point{2s});
        });
        this_fiber::sleep_for(1h);
    }));
    EXPECT_THROW(
        [] {
            const at_exit cleanup(
                [] { EXPECT_FALSE(move_on_after(1s, [] { this_fiber::sleep_for(1h); })); });
            throw std::runtime_error("failure");
        }(),
        std::runtime_error);
    EXPECT_EQ(clock::now(), clock::time_point{3s});
}

FIBER_TEST_F(Unwinding, TimeLimitAroundCleanupOfACleanup) {
    EXPECT_THROW(
        [] {
            const at_exit outer([] {
                EXPECT_FALSE(move_on_after(1s, [] {
                    const at_exit inner([] { this_fiber::sleep_for(2s); });
                    this_fiber::sleep_for(1h);
                }));
            });
            throw std::runtime_error("failure");
        }(),
        std::runtime_error);
    EXPECT_EQ(clock::now(), clock::time_point{3s});
}

FIBER_TEST_F(Unwinding, GroupInADestructorWaitsForItsChildren) {
    cancel_scope scope(clock::time_point{1s});
    int ended = 0;
    EXPECT_FALSE(scope.run([&] {
        const at_exit cleanup([&] {
            shield_for(10s, [&] {
                with_task_group([&](task_group& group) {
                    group.spawn([&] {
                        this_fiber::sleep_for(2s);
                        ++ended;
                    });
                });
            });
        });
        this_fiber::sleep_for(1h);
    }));
    EXPECT_EQ(ended, 1);
    EXPECT_EQ(clock::now(), clock::time_point{3s});
}

// A group around the throw that is cancelled must not throw out of the destructor.
FIBER_TEST_F(Unwinding, GroupInADestructorDoesNotThrowTheOuterCancellation) {
    cancel_scope scope(clock::time_point{1s});
    EXPECT_FALSE(scope.run([&] {
        const at_exit cleanup([&] {
            with_task_group(
                [](task_group& group) { group.spawn([] { this_fiber::sleep_for(1h); }); });
        });
        this_fiber::sleep_for(1h);
    }));
    EXPECT_EQ(clock::now(), clock::time_point{1s});
}

FIBER_TEST_F(Unwinding, HandleDestroyedWhileUnwindingJoins) {
    bool ended = false;
    EXPECT_THROW(
        [&] {
            const auto child = spawn([&] {
                shield_for(10s, [] { this_fiber::sleep_for(1s); });
                ended = true;
            });
            let_others_run();
            throw std::runtime_error("failure");
        }(),
        std::runtime_error);
    EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace weft
