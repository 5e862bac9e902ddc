// SPDX-License-Identifier: BSL-1.0
#include <weft/fiber_local.hpp>

#include <weft/channel.hpp>
#include <weft/event.hpp>
#include <weft/gather.hpp>
#include <weft/task.hpp>
#include <weft/task_group.hpp>
#include <weft/worker_pool.hpp>

#include "support/runtime_test.hpp"

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;
using FiberLocal = test::runtime_test;

FIBER_TEST_F(FiberLocal, HasItsInitialValueUntilSet) {
    fiber_local<int> number;
    fiber_local<std::string> text("none");
    EXPECT_EQ(*number, 0);
    EXPECT_EQ(text.get(), "none");
    text.set("some");
    EXPECT_EQ(text->size(), 4U);
    EXPECT_EQ(*number, 0);
    text.reset();
    EXPECT_EQ(*text, "none");
}

// A.17: copied at spawn, and neither side sees what the other sets later.
FIBER_TEST_F(FiberLocal, IsInheritedAtSpawnAndSeparateAfterwards) {
    fiber_local<int> number;
    number.set(1);
    auto child = spawn([&] {
        EXPECT_EQ(*number, 1);
        number.set(2);
        this_fiber::yield();
        EXPECT_EQ(*number, 2);
    });
    number.set(3);
    this_fiber::yield();
    EXPECT_EQ(*number, 3);
    child.get();
    EXPECT_EQ(*number, 3);
}

FIBER_TEST_F(FiberLocal, ChildOfAGroupInheritsFromWhoSpawnedIt) {
    fiber_local<std::string> who("body");
    with_task_group([&](task_group& group) {
        group.spawn([&] {
            who.set("child");
            group.spawn([&] { EXPECT_EQ(*who, "child"); });
        });
    });
    gather(
        [&] {
            EXPECT_EQ(*who, "body");
            who.set("first");
        },
        [&] { EXPECT_EQ(*who, "body"); });
}

FIBER_TEST_F(FiberLocal, ScopedValueEndsWithItsScope) {
    fiber_local<int> number(1);
    fiber_local<int> other(10);
    try {
        const auto outer = number.scoped(2);
        {
            const auto inner = number.scoped(3);
            EXPECT_EQ(*number, 3);
            other.set(20);
        }
        EXPECT_EQ(*number, 2);
        throw std::runtime_error("away");
    } catch (const std::runtime_error&) {
        EXPECT_EQ(*number, 1);
    }
    EXPECT_EQ(*other, 20);  // set inside, and not what the scope was for
}

FIBER_TEST_F(FiberLocal, FiberThatOutlivesAScopedValueKeepsIt) {
    fiber_local<int> number(1);
    task<> child;
    {
        const auto during = number.scoped(2);
        child = spawn([&] { EXPECT_EQ(*number, 2); });
    }
    EXPECT_EQ(*number, 1);
    child.get();
}

FIBER_TEST_F(FiberLocal, ReferenceSurvivesChangesOfOtherVariables) {
    fiber_local<std::string> text;
    std::vector<std::unique_ptr<fiber_local<int>>> others;
    text.set("here");
    const std::string& seen = *text;
    for (int i = 0; i < 50; ++i) {
        others.push_back(std::make_unique<fiber_local<int>>());
        others.back()->set(i);
        spawn([&] { text.set("elsewhere"); }).get();
    }
    EXPECT_EQ(seen, "here");
    EXPECT_EQ(others[30]->get(), 30);
}

/// Writes its name to a log when the last copy of a value is destroyed.
std::shared_ptr<void> logged(std::string& log, const char* name) {
    return {nullptr, [&log, name](void*) { log += name; }};
}

FIBER_TEST_F(FiberLocal, ValuesEndWithTheLastFiberThatHasThem) {
    std::string log;
    fiber_local<std::shared_ptr<void>> first;
    fiber_local<std::shared_ptr<void>> second;
    spawn([&] {
        first.set(logged(log, "1"));
        second.set(logged(log, "2"));
        auto child = spawn([] { this_fiber::sleep_for(1s); });
        child.detach();
    }).get();
    EXPECT_EQ(log, "");
    this_fiber::sleep_for(2s);
    EXPECT_EQ(log, "21");  // the one set last first
}

FIBER_TEST_F(FiberLocal, DestructorMayBlockAndUseVariables) {
    std::string log;
    fiber_local<std::shared_ptr<void>> held;
    fiber_local<std::string> name("initial");
    spawn([&] {
        name.set("set");
        held.set({nullptr, [&](void*) {
                      this_fiber::sleep_for(1s);
                      log += *name;
                      held.set(logged(log, ", again"));
                  }});
    }).get();
    EXPECT_EQ(log, "initial, again");
    EXPECT_EQ(clock::now(), clock::time_point{1s});
}

// T105: visible on the thread, and changes there are invisible outside.
FIBER_TEST_F(FiberLocal, GoesAlongToAWorkerThread) {
    fiber_local<std::string> text("initial");
    text.set("of the fiber");
    to_thread([&] {
        EXPECT_EQ(*text, "of the fiber");
        text.set("of the worker");
        EXPECT_EQ(*text, "of the worker");
    });
    EXPECT_EQ(*text, "of the fiber");
    text.reset();
    to_thread([&] { EXPECT_EQ(*text, "initial"); });
}

FIBER_TEST_F(FiberLocal, GoesAlongWithAPostedFunction) {
    fiber_local<int> number;
    channel<int> seen(3);
    const auto post = [&, runtime = current_runtime()] {
        runtime.post([&] { seen.send(*number); });
    };
    number.set(1);
    post();
    std::thread([&] {
        post();
        number.set(2);
        post();
    }).join();
    EXPECT_EQ(seen.receive(), 1);
    EXPECT_EQ(seen.receive(), 0);
    EXPECT_EQ(seen.receive(), 2);
}

// T005, as decided: several runs share what is set on their thread, and give nothing back to it.
TEST_F(FiberLocal, MainFiberInheritsFromItsThread) {
    fiber_local<int> number;
    number.set(1);
    for (int i = 0; i < 2; ++i) {
        run([&] {
            EXPECT_EQ(*number, 1);
            number.set(2);
        });
    }
    EXPECT_EQ(*number, 1);
    std::thread([&] { EXPECT_EQ(*number, 0); }).join();
}

FIBER_TEST_F(FiberLocal, ValuesAreReadByManyThreadsAtOnce) {
    fiber_local<std::vector<int>> numbers;
    std::vector<task<>> readers;
    for (int i = 0; i < 100; ++i) {
        numbers.set(std::vector<int>(100, i));
        readers.push_back(spawn([&, i] {
            to_thread([&, i] { EXPECT_EQ(numbers->at(99), i); });
            numbers.set({});
        }));
    }
    gather(std::move(readers));
}

}  // namespace
}  // namespace weft
