// SPDX-License-Identifier: BSL-1.0
#include <weft/task.hpp>

#include <weft/event.hpp>
#include <weft/scope.hpp>

#include "support/runtime_test.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;
using Task = test::runtime_test;

// T022: fibers begin in the order of their spawn, and not before the spawner blocks.
FIBER_TEST_F(Task, BeginsInTheOrderOfSpawn) {
    std::string order;
    auto a = spawn([&] { order += "A"; });
    auto b = spawn([&] { order += "B"; });
    auto c = spawn([&] { order += "C"; });
    EXPECT_EQ(order, "");
    c.get();
    EXPECT_EQ(order, "ABC");
}

FIBER_TEST_F(Task, GetReturnsTheResultOnce) {
    auto text = spawn([] { return std::string("result"); });
    EXPECT_EQ(text.get(), "result");
    EXPECT_FALSE(text.valid());
    EXPECT_THROW(text.get(), usage_error);
}

FIBER_TEST_F(Task, CarriesWhatCanOnlyBeMoved) {
    auto argument = std::make_unique<int>(4);
    auto doubled = spawn([held = std::move(argument)]() mutable {
        *held *= 2;
        return std::move(held);
    });
    EXPECT_EQ(*doubled.get(), 8);
}

FIBER_TEST_F(Task, GetThrowsWhatTheFunctionThrew) {
    auto failing = spawn([] { throw std::runtime_error("broken"); });
    EXPECT_THROW(failing.get(), std::runtime_error);
}

FIBER_TEST_F(Task, JoinWaitsHoweverItEnds) {
    auto failing = spawn([] { throw 1; });
    failing.join();
    failing.join();
    EXPECT_TRUE(failing.done());
    EXPECT_THROW(failing.get(), int);
}

FIBER_TEST_F(Task, SeveralMayJoin) {
    auto slow = spawn([] {
        this_fiber::sleep_for(1s);
        return 5;
    });
    auto first = spawn([&] { slow.join(); });
    auto second = spawn([&] { slow.join(); });
    first.get();
    second.get();
    EXPECT_EQ(slow.get(), 5);
}

FIBER_TEST_F(Task, EmptyHandleIsRefused) {
    task<int> none;
    EXPECT_FALSE(none.valid());
    EXPECT_THROW(none.join(), usage_error);
    EXPECT_THROW(none.cancel(), usage_error);
    EXPECT_THROW(none.detach(), usage_error);
    EXPECT_THROW(static_cast<void>(none.done()), usage_error);
}

FIBER_TEST_F(Task, MovesAndLeavesAnEmptyHandle) {
    auto first = spawn([] { return 1; });
    const auto id = first.id();
    auto moved = std::move(first);
    EXPECT_FALSE(first.valid());
    EXPECT_EQ(moved.id(), id);
    EXPECT_EQ(moved.name(), "fiber-" + std::to_string(id));
    EXPECT_EQ(moved.get(), 1);
}

FIBER_TEST_F(Task, AssignmentEndsTheOldTask) {
    bool ended = false;
    auto handle = spawn([&] {
        try {
            this_fiber::sleep_for(1h);
        } catch (const cancelled&) {
            ended = true;
            throw;
        }
    });
    let_others_run();
    handle = spawn([] {});
    EXPECT_TRUE(ended);
    handle.get();
}

// Decision 8: a handle behaves like std::jthread.
FIBER_TEST_F(Task, DestructorCancelsAndJoins) {
    bool ended = false;
    {
        auto dropped = spawn([&] {
            try {
                this_fiber::sleep_for(1h);
            } catch (const cancelled& request) {
                EXPECT_EQ(request.reason(), "its handle was destroyed");
                shield_for(1s, [] { this_fiber::sleep_for(10ms); });
                ended = true;
                throw;
            }
        });
        let_others_run();
    }
    EXPECT_TRUE(ended);
    EXPECT_EQ(clock::now(), clock::time_point{10ms});
}

FIBER_TEST_F(Task, DestructorWaitsAlsoWhenTheCallerIsCancelled) {
    bool ended = false;
    cancel_scope scope;
    scope.cancel();
    EXPECT_TRUE(scope.run([&] {
        auto dropped = spawn([&] {
            shield_for(1s, [] { this_fiber::sleep_for(10ms); });
            ended = true;
        });
        let_others_run(0);
        shield_for(1s, [] { this_fiber::yield(); });
    }));
    EXPECT_TRUE(ended);
}

FIBER_TEST_F(Task, DetachedFiberRunsOn) {
    event done;
    spawn([&] {
        this_fiber::sleep_for(1s);
        done.set();
    }).detach();
    done.wait();
    let_others_run(1);
}

FIBER_TEST_F(Task, JoiningItselfIsRefused) {
    task<> self;
    self = spawn([&] { EXPECT_THROW(self.join(), usage_error); });
    self.join();
}

// A fiber that owns the last handle to itself would wait for itself for ever.
FIBER_TEST_F(Task, DroppingTheHandleToItselfLetsItGo) {
    bool reached = false;
    auto handle = std::make_shared<task<>>();
    *handle = spawn([&reached, handle]() mutable {
        handle->detach();
        handle.reset();
        reached = true;
    });
    handle.reset();
    let_others_run();
    EXPECT_TRUE(reached);

    auto kept = std::make_shared<task<>>();
    *kept = spawn([kept] {});  // destroyed with the function, on its own fiber
    kept.reset();
    let_others_run();
    EXPECT_EQ(test::other_fibers(), 0U);
}

TEST_F(Task, SpawnOutsideARuntimeIsRefused) {
    EXPECT_THROW(static_cast<void>(spawn([] {})), usage_error);
}

TEST_F(Task, TooManyFibersAreRefused) {
    options.max_fibers = 3;
    run([] {
        auto first = spawn([] {});
        auto second = spawn([] {});
        EXPECT_THROW(static_cast<void>(spawn([] {})), std::system_error);
        first.get();
        spawn([] {}).get();
        second.get();
    });
}

TEST_F(Task, ExceptionFromACaptureLeavesNothingBehind) {
    struct throws_on_copy {
        throws_on_copy() = default;
        throws_on_copy(const throws_on_copy&) { throw std::runtime_error("no copy"); }
        void operator()() const {}
    };
    run([] {
        const throws_on_copy function;
        EXPECT_THROW(static_cast<void>(spawn(function)), std::runtime_error);
        EXPECT_EQ(test::other_fibers(), 0U);
    });
}

TEST_F(Task, LargeAndAlignedCapturesFit) {
    struct alignas(64) large {
        std::uint64_t words[4096] = {};
    };
    run([] {
        large captured;
        captured.words[4095] = 42;
        EXPECT_EQ(spawn([captured] {
                      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&captured) % 64, 0U);
                      return captured.words[4095];
                  }).get(),
                  42U);
    });
}

FIBER_TEST_F(Task, DestroysItsFunctionWhenItEnds) {
    auto held = std::make_shared<int>(1);
    auto ended = spawn([held] {});
    EXPECT_EQ(held.use_count(), 2);
    ended.join();
    EXPECT_EQ(held.use_count(), 1);
    ended.get();
}

// Scenario 11: joining finished tasks still lets others run now and then.
FIBER_TEST_F(Task, ManyTasksAreFine) {
    std::vector<task<int>> all;
    for (int i = 0; i < 2000; ++i) {
        all.push_back(spawn([i] {
            this_fiber::yield();
            return i;
        }));
    }
    int sum = 0;
    for (auto& each : all) {
        sum += each.get();
    }
    EXPECT_EQ(sum, 1999 * 1000);
}

}  // namespace
}  // namespace weft
