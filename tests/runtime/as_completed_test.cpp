// SPDX-License-Identifier: BSL-1.0
#include <weft/as_completed.hpp>

#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/task_group.hpp>

#include "support/runtime_test.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;
using AsCompleted = test::runtime_test;

/// Tasks that end after 30, 10 and 20 ms and return that number.
std::vector<task<int>> three_tasks() {
    std::vector<task<int>> tasks;
    for (const int wait : {30, 10, 20}) {
        tasks.push_back(spawn([=] {
            this_fiber::sleep_for(std::chrono::milliseconds(wait));
            return wait;
        }));
    }
    return tasks;
}

// T048
FIBER_TEST_F(AsCompleted, GivesTasksInTheOrderOfTheirEnds) {
    auto tasks = three_tasks();
    std::vector<int> order;
    for (auto& ended : as_completed(tasks)) {
        EXPECT_EQ(
            clock::now(),
            clock::time_point{std::chrono::milliseconds(10 * static_cast<int>(order.size() + 1))});
        order.push_back(ended.get());
    }
    EXPECT_EQ(order, (std::vector{10, 20, 30}));
}

// T048: a limit around the loop ends it as a timeout; what is left can be had afterwards.
FIBER_TEST_F(AsCompleted, LimitEndsTheLoopAndLosesNothing) {
    auto tasks = three_tasks();
    as_completed ends(tasks);
    std::vector<int> order;
    const auto collect = [&] {
        for (auto& ended : ends) {
            order.push_back(ended.get());
        }
    };
    EXPECT_THROW(fail_after(15ms, collect), timeout_error);
    EXPECT_EQ(order, std::vector{10});
    collect();
    EXPECT_EQ(order, (std::vector{10, 20, 30}));
}

// T048
FIBER_TEST_F(AsCompleted, LoopThatWasLeftGoesOn) {
    auto tasks = three_tasks();
    as_completed ends(tasks);
    for (auto& ended : ends) {
        EXPECT_EQ(ended.get(), 10);
        break;
    }
    EXPECT_EQ(ends.next()->get(), 20);
    for (auto& ended : ends) {
        EXPECT_EQ(ended.get(), 30);
    }
    EXPECT_EQ(ends.next(), nullptr);
}

FIBER_TEST_F(AsCompleted, GivesFailedAndCancelledTasksToo) {
    std::vector<task<>> tasks;
    tasks.push_back(spawn([] { this_fiber::sleep_for(1h); }));
    tasks.push_back(spawn([] { throw std::logic_error("failed"); }));
    tasks[0].cancel();
    as_completed ends(tasks);
    EXPECT_THROW(ends.next()->get(), cancelled);
    EXPECT_THROW(ends.next()->get(), std::logic_error);
    EXPECT_EQ(ends.next(), nullptr);
}

FIBER_TEST_F(AsCompleted, TasksThatHadEndedComeFirstInTheirOrder) {
    std::vector<task<int>> tasks;
    for (int i = 0; i < 3; ++i) {
        tasks.push_back(spawn([i] { return i; }));
    }
    let_others_run();
    tasks.insert(tasks.begin(), spawn([] {
                     this_fiber::sleep_for(1s);
                     return 9;
                 }));
    std::vector<int> order;
    for (auto& ended : as_completed(tasks)) {
        order.push_back(ended.get());
    }
    EXPECT_EQ(order, (std::vector{0, 1, 2, 9}));
}

FIBER_TEST_F(AsCompleted, OfNothingEndsAtOnce) {
    std::vector<task<>> none;
    for ([[maybe_unused]] auto& ended : as_completed(none)) {
        FAIL();
    }
}

FIBER_TEST_F(AsCompleted, EachTaskGoesToOneOfSeveralFibers) {
    auto tasks = three_tasks();
    as_completed ends(tasks);
    std::string order;
    with_task_group([&](task_group& group) {
        for (const char* who : {"a", "b", "c", "d", "e"}) {
            group.spawn([&, who] {
                auto* ended = ends.next();
                order += who + (ended != nullptr ? std::to_string(ended->get()) : "-");
            });
        }
    });
    EXPECT_EQ(order, "a10b20c30d-e-");  // first come, first served
}

// A task handed to a fiber that is then cancelled has been received by it.
FIBER_TEST_F(AsCompleted, CancelledWaiterTakesNoTaskAway) {
    auto tasks = three_tasks();
    as_completed ends(tasks);
    auto waiter = spawn([&] { ends.next(); });
    let_others_run();
    waiter.cancel();
    waiter.join();
    EXPECT_EQ(ends.next()->get(), 10);
}

FIBER_TEST_F(AsCompleted, RefusesAnEmptyHandle) {
    std::vector<task<int>> tasks = three_tasks();
    tasks.emplace_back();
    EXPECT_THROW(static_cast<void>(as_completed(tasks)), usage_error);
    tasks.pop_back();
    EXPECT_NE(as_completed(tasks).next(), nullptr);
}

}  // namespace
}  // namespace weft
