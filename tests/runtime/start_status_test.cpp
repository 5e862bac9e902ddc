// SPDX-License-Identifier: BSL-1.0
//
// task_group::start(): a child reports that it is ready. The rules are those of B, start().
#include <weft/start_status.hpp>

#include <weft/event.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/task_group.hpp>

#include "support/runtime_test.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace weft {
namespace {

using namespace std::chrono_literals;
using StartStatus = test::runtime_test;

FIBER_TEST_F(StartStatus, StartReturnsWhatTheChildReports) {
    bool ended = false;
    with_task_group([&](task_group& group) {
        const int port = group.start<int>([&](start_status<int> status) {
            this_fiber::sleep_for(1s);
            status.started(8080);
            this_fiber::sleep_for(1s);
            ended = true;
        });
        EXPECT_EQ(port, 8080);
        EXPECT_EQ(clock::now(), clock::time_point{1s});
        EXPECT_EQ(group.running(), 1U);
    });
    EXPECT_TRUE(ended);
}

FIBER_TEST_F(StartStatus, CarriesNothingOrWhatCanOnlyBeMoved) {
    with_task_group([](task_group& group) {
        group.start([](start_status<> status) { status.started(); });
        const auto number =
            group.start<std::unique_ptr<int>>([](start_status<std::unique_ptr<int>> status) {
                status.started(std::make_unique<int>(5));
            });
        EXPECT_EQ(*number, 5);
    });
}

FIBER_TEST_F(StartStatus, FailureBeforeIsThrownToTheStarterAndNotToTheGroup) {
    bool sibling_ended = false;
    with_task_group([&](task_group& group) {
        group.spawn([&] {
            this_fiber::sleep_for(1s);
            sibling_ended = true;
        });
        EXPECT_THROW(group.start([](start_status<>) {
            this_fiber::yield();
            throw std::runtime_error("no port");
        }),
                     std::runtime_error);
    });
    EXPECT_TRUE(sibling_ended);
}

FIBER_TEST_F(StartStatus, FailureAfterwardsFailsTheGroup) {
    try {
        with_task_group([](task_group& group) {
            group.start([](start_status<> status) {
                status.started();
                throw std::runtime_error("later");
            });
            this_fiber::sleep_for(1h);
        });
        ADD_FAILURE() << "the group did not fail";
    } catch (const exception_group& group) {
        EXPECT_STREQ(group.what(), "1 failure: later");
    }
}

FIBER_TEST_F(StartStatus, ReturningWithoutItIsAnError) {
    with_task_group([](task_group& group) {
        EXPECT_THROW(group.start([](start_status<>) {}), usage_error);
        EXPECT_EQ(group.running(), 0U);
    });
}

// T037: what is told once cannot be told again.
FIBER_TEST_F(StartStatus, CallingItTwiceIsAnError) {
    with_task_group([](task_group& group) {
        const int first = group.start<int>([](start_status<int> status) {
            status.started(1);
            EXPECT_THROW(status.started(2), usage_error);
            this_fiber::yield();
            EXPECT_THROW(status.started(3), usage_error);
        });
        EXPECT_EQ(first, 1);
    });
}

// Also after the child is gone: a copy may outlive it.
FIBER_TEST_F(StartStatus, CopyThatOutlivesTheChildIsHarmless) {
    std::optional<start_status<>> kept;
    with_task_group([&](task_group& group) {
        EXPECT_THROW(group.start([&](start_status<> status) { kept = status; }), usage_error);
    });
    EXPECT_THROW(kept->started(), usage_error);
}

// B: a cancelled start cancels the child, and what it reports meanwhile is dropped.
FIBER_TEST_F(StartStatus, CancelledStartCancelsTheChildAndDropsTheValue) {
    auto value = std::make_shared<int>(1);
    bool told = false;
    with_task_group([&](task_group& group) {
        EXPECT_FALSE(move_on_after(1s, [&] {
            group.start<std::shared_ptr<int>>([&](auto status) {
                try {
                    this_fiber::sleep_for(1h);
                } catch (const cancelled& request) {
                    told = request.reason() == "task_group::start() was cancelled";
                }
                shield_for(1h, [] { this_fiber::sleep_for(1s); });
                status.started(std::move(value));
                this_fiber::yield();
            });
        }));
        EXPECT_EQ(clock::now(), clock::time_point{2s});
        EXPECT_EQ(group.running(), 0U);
    });
    EXPECT_TRUE(told);
}

FIBER_TEST_F(StartStatus, FailureOfTheChildBeatsTheCancellation) {
    with_task_group([](task_group& group) {
        cancel_scope scope(clock::time_point{1s});
        EXPECT_FALSE(scope.run([&] {
            EXPECT_THROW(group.start([](start_status<>) {
                try {
                    this_fiber::sleep_for(1h);
                } catch (const cancelled&) {
                    throw std::runtime_error("cleanup");
                }
            }),
                         std::runtime_error);
            this_fiber::yield();  // still cancelled
        }));
    });
}

FIBER_TEST_F(StartStatus, StartIntoACancelledGroupNeverRuns) {
    with_task_group([](task_group& group) {
        group.cancel();
        shield_for(1s, [&] {
            EXPECT_THROW(group.start([](start_status<>) { ADD_FAILURE(); }), usage_error);
        });
    });
}

// The group that is started into ends meanwhile: the child is cancelled, and its starter is told.
FIBER_TEST_F(StartStatus, CancellationOfTheGroupReachesAStarterOutside) {
    event may_end;
    task_group* group_there = nullptr;
    auto owner = spawn([&] {
        with_task_group([&](task_group& group) {
            group_there = &group;
            may_end.wait();
            group.cancel("enough");
        });
    });
    let_others_run();
    auto starter =
        spawn([&] { group_there->start([](start_status<>) { this_fiber::sleep_for(1h); }); });
    let_others_run();
    may_end.set();
    EXPECT_THROW(starter.get(), cancelled);
    owner.get();
}

}  // namespace
}  // namespace weft
