// SPDX-License-Identifier: BSL-1.0
//
// T019, T033: fibers of one runtime cannot be woken from another thread except through its
// runtime_handle. That would corrupt the runtime, so it ends the program at once.
#include <weft/channel.hpp>
#include <weft/event.hpp>
#include <weft/scope.hpp>
#include <weft/semaphore.hpp>
#include <weft/task.hpp>
#include <weft/task_group.hpp>

#include "support/runtime_test.hpp"

#include <chrono>
#include <functional>
#include <thread>

namespace weft {
namespace {

using ForeignThread = test::runtime_test;

/// Runs `wake` on a thread without a runtime.
void outside(const std::function<void()>& wake) {
    std::thread(wake).join();
}

/// Runs `wake` in another runtime.
void elsewhere(const std::function<void()>& wake) {
    std::thread([&] { weft::run(wake); }).join();
}

constexpr const char* bug = "weft: bug: ";

TEST_F(ForeignThread, CannotSetAnEvent) {
    for (const auto& where : {&outside, &elsewhere}) {
        EXPECT_DEATH(run([&] {
                         event happened;
                         auto waiter = spawn([&] { happened.wait(); });
                         this_fiber::yield();
                         where([&] { happened.set(); });
                     }),
                     bug);
    }
}

TEST_F(ForeignThread, CannotReleaseASemaphore) {
    EXPECT_DEATH(run([&] {
                     counting_semaphore permits(0);
                     auto waiter = spawn([&] { permits.acquire(); });
                     this_fiber::yield();
                     outside([&] { permits.release(); });
                 }),
                 bug);
}

TEST_F(ForeignThread, CannotSendToAReceiver) {
    EXPECT_DEATH(run([&] {
                     channel<int> numbers(1);
                     auto receiver = spawn([&] { static_cast<void>(numbers.receive()); });
                     this_fiber::yield();
                     elsewhere([&] { numbers.send(1); });
                 }),
                 bug);
}

// T019, T033: where it can be told before anything has changed, it is an error, and both go on.
FIBER_TEST_F(ForeignThread, IsToldWhatItMustNotDo) {
    auto sleeper = spawn([] { this_fiber::sleep_for(std::chrono::hours(1)); });
    this_fiber::yield();
    cancel_scope scope;
    with_task_group([&](task_group& group) {
        scope.run([&] {
            for (const auto& where : {&outside, &elsewhere}) {
                where([&] {
                    EXPECT_THROW(sleeper.cancel(), usage_error);
                    EXPECT_THROW(scope.cancel(), usage_error);
                    EXPECT_THROW(group.cancel(), usage_error);
                    EXPECT_THROW(group.spawn([] { ADD_FAILURE(); }), usage_error);
                    EXPECT_THROW(sleeper.join(), usage_error);
                });
            }
        });
        EXPECT_EQ(group.running(), 0U);
    });
    EXPECT_FALSE(scope.cancel_called());
    this_fiber::yield();
}

FIBER_TEST_F(ForeignThread, MayUseTheHandle) {
    event happened;
    outside([&, runtime = current_runtime()] { runtime.post([&] { happened.set(); }); });
    happened.wait();
    this_fiber::yield();
}

}  // namespace
}  // namespace weft
