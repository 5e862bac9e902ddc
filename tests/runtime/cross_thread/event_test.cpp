// SPDX-License-Identifier: BSL-1.0
#include <weft/cross_thread/event.hpp>

#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/runtime_test.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;

/// On real time: other threads take part.
class CrossThreadEvent : public test::runtime_test {
protected:
    CrossThreadEvent() { use_real_time(); }

    static void until_waiting(const cross_thread::event& awaited, std::size_t count) {
        while (awaited.statistics().waiting < count) {
            std::this_thread::yield();
        }
    }
};

FIBER_TEST_F(CrossThreadEvent, SetByAThreadWakesAFiber) {
    cross_thread::event happened;
    std::thread setter([&] {
        until_waiting(happened, 1);
        happened.set();
    });
    bool other_ran = false;
    auto other = spawn([&] { other_ran = true; });
    happened.wait();
    EXPECT_TRUE(other_ran) << "only the fiber waits, not its thread";
    EXPECT_TRUE(happened.is_set());
    setter.join();
}

TEST_F(CrossThreadEvent, SetByAFiberWakesAThread) {
    cross_thread::event happened;
    std::atomic<bool> woken{false};
    std::thread waiter([&] {
        happened.wait();
        woken = true;
    });
    until_waiting(happened, 1);
    EXPECT_FALSE(woken);
    run([&] { happened.set(); });
    waiter.join();
    EXPECT_TRUE(woken);
}

TEST_F(CrossThreadEvent, WakesFibersOfSeveralRuntimesAndThreads) {
    cross_thread::event happened;
    std::atomic<int> woken{0};
    const auto wait = [&] {
        happened.wait();
        ++woken;
    };
    std::vector<std::thread> all;
    for (int i = 0; i < 2; ++i) {
        all.emplace_back(wait);
        all.emplace_back([&] {
            weft::run([&] {
                auto first = spawn(wait);
                auto second = spawn(wait);
                first.get();
                second.get();
            });
        });
    }
    until_waiting(happened, 6);
    happened.set();
    for (auto& each : all) {
        each.join();
    }
    EXPECT_EQ(woken, 6);
    EXPECT_EQ(happened.statistics().waiting, 0U);
}

FIBER_TEST_F(CrossThreadEvent, WakesInTheOrderOfArrivalAndIsNotUndoneByClear) {
    cross_thread::event happened;
    std::vector<int> order;
    std::vector<task<>> all;
    for (int i = 0; i < 3; ++i) {
        all.push_back(spawn([&, i] {
            happened.wait();
            order.push_back(i);
        }));
    }
    let_others_run();
    happened.set();
    happened.clear();
    let_others_run();
    EXPECT_EQ(order, (std::vector{0, 1, 2}));
    EXPECT_FALSE(happened.is_set());
}

FIBER_TEST_F(CrossThreadEvent, CancelledFiberLeavesTheLine) {
    cross_thread::event happened;
    EXPECT_FALSE(move_on_after(1ms, [&] { happened.wait(); }));
    EXPECT_EQ(happened.statistics().waiting, 0U);
    happened.set();
    cancel_scope scope;
    scope.cancel();
    EXPECT_FALSE(scope.run([&] { happened.wait(); })) << "T038";
}

// Whoever waited may destroy the event at once, though the setter may not have left set().
FIBER_TEST_F(CrossThreadEvent, MayBeDestroyedByTheOneThatWaited) {
    for (int i = 0; i < 200; ++i) {
        auto happened = std::make_unique<cross_thread::event>();
        std::thread setter([&shared = *happened] { shared.set(); });
        happened->wait();
        happened.reset();
        setter.join();
    }
}

}  // namespace
}  // namespace weft
