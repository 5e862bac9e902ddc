// SPDX-License-Identifier: BSL-1.0
#include <weft/wait.hpp>

#include <weft/gather.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/runtime_test.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;
using Wait = test::runtime_test;
using positions = std::vector<std::size_t>;

task<int> sleeper(clock::duration wait, int result = 0) {
    return spawn([=] {
        this_fiber::sleep_for(wait);
        return result;
    });
}

/// Tasks that end one second after the other, the last one first.
std::vector<task<int>> three_tasks() {
    std::vector<task<int>> tasks;
    tasks.push_back(sleeper(3s, 3));
    tasks.push_back(sleeper(2s, 2));
    tasks.push_back(sleeper(1s, 1));
    return tasks;
}

FIBER_TEST_F(Wait, AnyReturnsWithTheFirstEnd) {
    auto tasks = three_tasks();
    const auto [done, pending] = wait_any(tasks);
    EXPECT_EQ(clock::now(), clock::time_point{1s});
    EXPECT_EQ(done, positions{2});
    EXPECT_EQ(pending, (positions{0, 1}));
    EXPECT_EQ(tasks[2].get(), 1);
}

FIBER_TEST_F(Wait, AllReturnsWithTheLastEnd) {
    auto tasks = three_tasks();
    const auto [done, pending] = wait_all(tasks);
    EXPECT_EQ(clock::now(), clock::time_point{3s});
    EXPECT_EQ(done, (positions{0, 1, 2}));
    EXPECT_TRUE(pending.empty());
}

FIBER_TEST_F(Wait, TakesTasksOfDifferentTypes) {
    auto number = sleeper(2s);
    auto text = spawn([] {
        this_fiber::sleep_for(1s);
        return std::string("text");
    });
    auto nothing = spawn([] { this_fiber::sleep_for(3s); });
    EXPECT_EQ(wait_any(number, text, nothing).done, positions{1});
    EXPECT_EQ(wait_all(number, text).done, (positions{0, 1}));
}

FIBER_TEST_F(Wait, FirstExceptionReturnsWithTheFirstFailure) {
    auto fine = sleeper(1s);
    auto failing = spawn([] {
        this_fiber::sleep_for(2s);
        throw std::logic_error("it");
    });
    auto later = sleeper(3s);
    EXPECT_EQ(wait_first_exception(fine, failing, later).pending, positions{2});
    EXPECT_EQ(clock::now(), clock::time_point{2s});
    EXPECT_THROW(failing.get(), std::logic_error);
}

// A.5: a task that was cancelled has not failed.
FIBER_TEST_F(Wait, FirstExceptionIgnoresCancellation) {
    auto stopped = sleeper(1h);
    auto fine = sleeper(1s);
    let_others_run();
    stopped.cancel();
    EXPECT_EQ(wait_first_exception(stopped, fine).done, (positions{0, 1}));
    EXPECT_EQ(clock::now(), clock::time_point{1s});
}

// T045: both ends of one pass count, and nobody is cancelled.
FIBER_TEST_F(Wait, AnyReturnsAllThatEndedInThePass) {
    auto first = sleeper(1s, 1);
    auto second = sleeper(1s, 2);
    auto third = sleeper(2s, 3);
    EXPECT_EQ(wait_any(first, second, third).done, (positions{0, 1}));
    EXPECT_EQ(third.get(), 3);
}

FIBER_TEST_F(Wait, ReturnsAtOnceForWhatHasEnded) {
    auto ended = spawn([] { return 1; });
    auto failed = spawn([] { throw std::logic_error("it"); });
    auto running = sleeper(1s);
    ended.join();
    failed.join();
    EXPECT_EQ(wait_any(running, ended).done, positions{1});
    EXPECT_EQ(wait_first_exception(running, failed).done, positions{1});
    EXPECT_EQ(wait_all(ended, failed).done.size(), 2U);
    EXPECT_EQ(clock::now(), clock::time_point{});
    EXPECT_THROW(failed.get(), std::logic_error);
}

// T047: a limit throws nothing and cancels nothing; neither does a cancellation of the waiter.
FIBER_TEST_F(Wait, LimitLeavesTheTasksRunning) {
    auto tasks = three_tasks();
    EXPECT_FALSE(move_on_after(1500ms, [&] { wait_all(tasks); }));
    EXPECT_TRUE(tasks[2].done());
    EXPECT_FALSE(tasks[1].done());
    auto waiter = spawn([&] { wait_any(tasks[0], tasks[1]); });
    let_others_run();
    waiter.cancel();
    EXPECT_THROW(waiter.get(), cancelled);
    EXPECT_EQ(gather(std::move(tasks)), (std::vector{3, 2, 1}));
}

// T038
FIBER_TEST_F(Wait, IsACancellationPointAlsoWithoutAWait) {
    auto ended = spawn([] {});
    ended.join();
    cancel_scope scope;
    scope.cancel();
    EXPECT_FALSE(scope.run([&] { wait_any(ended); }));
}

FIBER_TEST_F(Wait, ManyFibersMayWaitForTheSameTask) {
    auto slow = sleeper(1s, 7);
    int woken = 0;
    const auto waiter = [&] {
        wait_all(slow);
        slow.join();
        ++woken;
    };
    gather(waiter, waiter, waiter);
    EXPECT_EQ(woken, 3);
    EXPECT_EQ(slow.get(), 7);
}

FIBER_TEST_F(Wait, SameTaskTwiceIsDoneTwice) {
    auto slow = sleeper(1s);
    EXPECT_EQ(wait_all(slow, slow).done, (positions{0, 1}));
}

// Whoever is told first may take the result, and with it the task, before the waiter runs.
FIBER_TEST_F(Wait, TaskMayVanishBeforeTheWaiterRuns) {
    std::vector<task<int>> tasks = three_tasks();
    auto taker = spawn([&] { EXPECT_EQ(tasks[2].get(), 1); });
    let_others_run();
    EXPECT_EQ(wait_any(tasks).done, positions{2});
    EXPECT_FALSE(tasks[2].valid());
}

FIBER_TEST_F(Wait, RefusesWhatItCannotWaitFor) {
    EXPECT_THROW(wait_any(std::vector<task<int>>()), std::invalid_argument);
    auto fine = sleeper(1s);
    task<int> empty;
    EXPECT_THROW(wait_all(fine, empty), usage_error);
    task<> self;
    self = spawn([&] { EXPECT_THROW(wait_any(fine, self), usage_error); });
    self.get();
    EXPECT_EQ(fine.get(), 0);
}

// T033: a task of another runtime is refused where one waits for it, and both runtimes go on.
FIBER_TEST_F(Wait, RefusesTasksOfAnotherRuntime) {
    auto foreign = sleeper(1s, 5);
    std::thread([&] {
        weft::run([&] {
            EXPECT_THROW(foreign.join(), usage_error);
            EXPECT_THROW(wait_any(foreign), usage_error);
            this_fiber::yield();
        });
    }).join();
    EXPECT_EQ(foreign.get(), 5);
}

}  // namespace
}  // namespace weft
