// SPDX-License-Identifier: BSL-1.0
#include <weft/child_task.hpp>

#include <weft/task_group.hpp>
#include <weft/wait.hpp>

#include "support/runtime_test.hpp"

#include <chrono>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;
using ChildTask = test::runtime_test;

FIBER_TEST_F(ChildTask, GivesItsResultInsideTheGroup) {
    with_task_group([](task_group& group) {
        auto slow = group.spawn_child([] {
            this_fiber::sleep_for(1s);
            return 5;
        });
        EXPECT_FALSE(slow.done());
        EXPECT_EQ(slow.get(), 5);
        EXPECT_FALSE(slow.valid());
    });
}

FIBER_TEST_F(ChildTask, GivesItsResultAfterTheGroup) {
    std::vector<child_task<std::unique_ptr<int>>> children;
    with_task_group([&](task_group& group) {
        for (int i = 0; i < 3; ++i) {
            children.push_back(group.spawn_child([i] { return std::make_unique<int>(i); }));
        }
    });
    int sum = 0;
    for (auto& each : children) {
        EXPECT_TRUE(each.done());
        sum += *each.get();
    }
    EXPECT_EQ(sum, 3);
}

FIBER_TEST_F(ChildTask, GroupWaitsForAChildWhoseHandleIsGone) {
    bool ended = false;
    with_task_group([&](task_group& group) {
        static_cast<void>(group.spawn_child([&] {
            this_fiber::sleep_for(1s);
            ended = true;
        }));
    });
    EXPECT_TRUE(ended);
}

FIBER_TEST_F(ChildTask, FailureFailsTheGroupOnceAndIsNotReportedAgain) {
    child_task<int> failing;
    try {
        with_task_group([&](task_group& group) {
            failing = group.spawn_child([]() -> int { throw std::runtime_error("it"); });
            static_cast<void>(failing.get());
            ADD_FAILURE() << "get() returned";
        });
        ADD_FAILURE() << "the group did not fail";
    } catch (const exception_group& group) {
        EXPECT_STREQ(group.what(), "1 failure: it");
    }
    EXPECT_THROW(failing.get(), std::runtime_error);
}

FIBER_TEST_F(ChildTask, FailureNobodyAsksForIsNotReported) {
    child_task<> failing;
    EXPECT_THROW(with_task_group([&](task_group& group) {
                     failing = group.spawn_child([] { throw std::runtime_error("it"); });
                 }),
                 exception_group);
    failing = {};  // the group has told of it
}

// T071: a child cancelled by itself does not fail the group, and its siblings go on.
FIBER_TEST_F(ChildTask, CancelStopsThisChildAlone) {
    with_task_group([](task_group& group) {
        auto stopped = group.spawn_child([] {
            this_fiber::sleep_for(1h);
            return 1;
        });
        auto other = group.spawn_child([] {
            this_fiber::sleep_for(1s);
            return 2;
        });
        let_others_run();
        EXPECT_TRUE(stopped.cancel("no longer needed"));
        stopped.join();
        EXPECT_FALSE(stopped.cancel());
        EXPECT_EQ(other.get(), 2);
    });
    EXPECT_EQ(clock::now(), clock::time_point{1s});
}

FIBER_TEST_F(ChildTask, CanBeWaitedForWithOthers) {
    with_task_group([](task_group& group) {
        auto slow = group.spawn_child([] { this_fiber::sleep_for(2s); }, {.name = "slow"});
        auto fast = group.spawn_child([] {
            this_fiber::sleep_for(1s);
            return 1;
        });
        EXPECT_EQ(wait_any(slow, fast).done, std::vector<std::size_t>{1});
        EXPECT_EQ(slow.name(), "slow");
        EXPECT_NE(slow.id(), fast.id());
    });
}

FIBER_TEST_F(ChildTask, AssigningLetsGoOfTheOldChild) {
    int ended = 0;
    with_task_group([&](task_group& group) {
        auto handle = group.spawn_child([&] {
            this_fiber::sleep_for(1s);
            ++ended;
        });
        handle = group.spawn_child([&] {
            this_fiber::sleep_for(1s);
            ++ended;
        });
        auto moved = std::move(handle);
        EXPECT_TRUE(moved.valid());
    });
    EXPECT_EQ(ended, 2);
}

FIBER_TEST_F(ChildTask, EmptyHandleIsRefused) {
    child_task<int> empty;
    EXPECT_THROW(empty.join(), usage_error);
    EXPECT_THROW(empty.get(), usage_error);
    EXPECT_THROW(empty.cancel(), usage_error);
    EXPECT_THROW(static_cast<void>(empty.done()), usage_error);
}

}  // namespace
}  // namespace weft
