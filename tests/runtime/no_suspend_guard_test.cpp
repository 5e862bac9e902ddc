// SPDX-License-Identifier: BSL-1.0
#include <weft/no_suspend_guard.hpp>

#include <weft/channel.hpp>
#include <weft/event.hpp>
#include <weft/mutex.hpp>
#include <weft/scope.hpp>
#include <weft/semaphore.hpp>
#include <weft/task.hpp>
#include <weft/worker_pool.hpp>

#include "support/runtime_test.hpp"

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;
using NoSuspendGuard = test::runtime_test;

FIBER_TEST_F(NoSuspendGuard, LetsCallsPassThatNeedNotWait) {
    mutex guard;
    counting_semaphore permits(1);
    channel<int> numbers(1);
    bool others_ran = false;
    auto other = spawn([&] { others_ran = true; });
    {
        const no_suspend_guard here;
        for (int i = 0; i < 1000; ++i) {  // more than a fiber's budget
            const std::lock_guard lock(guard);
            permits.acquire();
            permits.release();
            numbers.send(i);
            EXPECT_EQ(numbers.receive(), i);
        }
        EXPECT_FALSE(others_ran);
    }
    this_fiber::yield();
    EXPECT_TRUE(others_ran);
}

TEST_F(NoSuspendGuard, EndsTheProgramAtAnySuspension) {
    const std::vector<std::pair<std::function<void()>, std::string>> calls = {
        {[] { this_fiber::yield(); }, "yield"},
        {[] { this_fiber::sleep_for(0s); }, "yield"},
        {[] { this_fiber::sleep_for(1s); }, "sleep"},
        {[] { event().wait(); }, "event"},
        {[] { counting_semaphore(0).acquire(); }, "semaphore"},
        {[] { to_thread([] {}); }, "to_thread"},
        {[] { spawn([] {}).join(); }, "join"},
    };
    for (const auto& [call, word] : calls) {
        const auto guarded = [&, suspend = call] {
            const no_suspend_guard here;
            suspend();
        };
        EXPECT_DEATH(run([&] { spawn(guarded, {.name = "careful"}).get(); }),
                     "weft: bug: fiber [0-9]+ .careful. would be suspended .*" + word +
                         ".* inside the no_suspend_guard at .*no_suspend_guard_test.cpp:");
    }
}

TEST_F(NoSuspendGuard, Nests) {
    EXPECT_DEATH(run([] {
                     const no_suspend_guard outer;
                     { const no_suspend_guard inner; }
                     this_fiber::yield();
                 }),
                 "weft: bug: .*no_suspend_guard");
}

FIBER_TEST_F(NoSuspendGuard, EndsWithItsScope) {
    { const no_suspend_guard here; }
    this_fiber::sleep_for(1s);
    EXPECT_EQ(clock::now(), clock::time_point{1s});
}

// Throwing is no suspension; after the guard the fiber is cancelled still.
FIBER_TEST_F(NoSuspendGuard, CancellationIsThrownAsEver) {
    cancel_scope scope;
    EXPECT_FALSE(scope.run([&] {
        {
            const no_suspend_guard here;
            scope.cancel();
            EXPECT_THROW(this_fiber::sleep_for(1s), cancelled);
        }
        this_fiber::yield();
        ADD_FAILURE() << "the cancellation was lost";
    }));
}

TEST_F(NoSuspendGuard, HasNoEffectOutsideFibers) {
    const no_suspend_guard here;
    EXPECT_EQ(run([] {
                  this_fiber::yield();
                  return 1;
              }),
              1);
}

}  // namespace
}  // namespace weft
