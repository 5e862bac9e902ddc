// SPDX-License-Identifier: BSL-1.0
#include <weft/queue.hpp>

#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/runtime_test.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;
using Queue = test::runtime_test;

template <class Kind>
std::string drained(Kind& items) {
    std::string all;
    while (const auto next = items.try_get()) {
        all += std::to_string(*next) + " ";
    }
    return all;
}

FIBER_TEST_F(Queue, KindsDifferInTheirOrder) {
    queue<int> first_in(8);
    lifo_queue<int> last_in(8);
    priority_queue<int> greatest(8);
    priority_queue<int, std::greater<>> least(8);
    for (const int item : {3, 1, 4, 1, 5}) {
        first_in.put(item);
        last_in.put(item);
        greatest.put(item);
        least.put(item);
    }
    EXPECT_EQ(drained(first_in), "3 1 4 1 5 ");
    EXPECT_EQ(drained(last_in), "5 1 4 1 3 ");
    EXPECT_EQ(drained(greatest), "5 4 3 1 1 ");
    EXPECT_EQ(drained(least), "1 1 3 4 5 ");
}

FIBER_TEST_F(Queue, EqualPrioritiesKeepTheirOrder) {
    struct job {
        int priority;
        char name;
    };
    struct less_urgent {
        bool operator()(const job& left, const job& right) const {
            return left.priority < right.priority;
        }
    };
    priority_queue<job, less_urgent> jobs(16);
    for (const char name : {'a', 'b', 'c', 'd', 'e', 'f'}) {
        jobs.put({name % 2, name});
    }
    std::string order;
    while (auto next = jobs.try_get()) {
        order += next->name;
    }
    EXPECT_EQ(order, "acebdf");
}

// T096
FIBER_TEST_F(Queue, OfOneItemPassesAllInOrder) {
    queue<int> items(1);
    std::vector<int> got;
    auto consumer = spawn([&] {
        for (int i = 0; i < 5; ++i) {
            got.push_back(items.get());
        }
    });
    for (int i = 0; i < 5; ++i) {
        items.put(i);
    }
    consumer.get();
    EXPECT_EQ(got, (std::vector{0, 1, 2, 3, 4}));
}

// T096: the forms that never wait.
FIBER_TEST_F(Queue, TryFormsSayFullAndEmpty) {
    queue<std::string> items(1);
    std::string item = "a";
    EXPECT_EQ(items.try_get(), std::nullopt);
    EXPECT_TRUE(items.try_put(item));
    item = "b";
    EXPECT_FALSE(items.try_put(item));
    EXPECT_EQ(item, "b") << "the item of a refused try_put() is untouched";
    EXPECT_EQ(items.try_get(), "a");
}

TEST_F(Queue, PutWaitsForRoomInTheOrderOfArrival) {
    for (const bool newest_first : {false, true}) {
        run([&] {
            lifo_queue<int> newest(1);
            queue<int> oldest(1);
            const auto fill = [&](int item) { newest_first ? newest.put(item) : oldest.put(item); };
            const auto take = [&] { return newest_first ? newest.get() : oldest.get(); };
            fill(0);
            auto first = spawn([&] { fill(1); });
            auto second = spawn([&] { fill(2); });
            let_others_run();
            EXPECT_EQ((newest_first ? newest.statistics() : oldest.statistics()).putting, 2U);
            EXPECT_EQ(take(), 0);
            let_others_run();
            EXPECT_TRUE(first.done());
            EXPECT_FALSE(second.done());
            EXPECT_EQ(take(), 1);
            EXPECT_EQ(take(), 2);
        });
    }
}

FIBER_TEST_F(Queue, ItemThatWaitsForRoomIsNotGivenBeforeThoseHeld) {
    priority_queue<int> greatest(2);
    greatest.put(1);
    greatest.put(2);
    auto putter = spawn([&] { greatest.put(9); });
    let_others_run();
    EXPECT_EQ(greatest.get(), 2);
    EXPECT_EQ(greatest.get(), 9);
    EXPECT_EQ(greatest.get(), 1);
    putter.get();
}

FIBER_TEST_F(Queue, CarriesWhatCanOnlyBeMoved) {
    queue<std::unique_ptr<int>> pointers(1);
    pointers.put(std::make_unique<int>(1));
    auto putter = spawn([&] { pointers.put(std::make_unique<int>(2)); });
    let_others_run();
    EXPECT_EQ(*pointers.get(), 1);
    EXPECT_EQ(*pointers.get(), 2);
}

// T095: a getter that was given an item and is then cancelled has got it; the other order leaves
// the item for the next.
TEST_F(Queue, CancelAndPutLoseNoItem) {
    for (const bool cancel_first : {true, false}) {
        run([&] {
            queue<int> items(1);
            std::optional<int> got;
            auto getter = spawn([&] { got = items.get(); });
            let_others_run();
            if (cancel_first) {
                getter.cancel();
                items.put(7);
                EXPECT_THROW(getter.get(), cancelled);
                EXPECT_EQ(items.get(), 7);
            } else {
                items.put(7);
                getter.cancel();
                getter.get();
                EXPECT_EQ(got, 7);
            }
            EXPECT_EQ(items.statistics().getting, 0U);
            EXPECT_EQ(items.statistics().size, 0U);
        });
    }
}

// T095: a cancelled putter has put nothing, and the next one moves up.
FIBER_TEST_F(Queue, CancelledPutterHasPutNothing) {
    queue<int> items(1);
    items.put(0);
    auto first = spawn([&] { items.put(1); });
    auto second = spawn([&] { items.put(2); });
    let_others_run();
    first.cancel();
    EXPECT_EQ(items.get(), 0);
    EXPECT_EQ(items.get(), 2);
    EXPECT_THROW(first.get(), cancelled);
    EXPECT_EQ(items.statistics().putting, 0U);
    EXPECT_EQ(items.statistics().unfinished, 2U);
}

// T062, bpo-23812, python/asyncio #201, #256, #343, gh-92824
FIBER_TEST_F(Queue, GettingUnderATimeLimitLosesNothing) {
    constexpr int count = 3000;
    queue<int> items(3);
    auto producer = spawn([&] {
        for (int i = 0; i < count; ++i) {
            if (i % 5 == 0) {
                this_fiber::sleep_for(std::chrono::microseconds(i % 7 * 100));
            }
            items.put(i);
        }
    });
    for (int next = 0; next < count;) {
        const auto got = move_on_after(400us, [&] { return items.get(); });
        if (got.has_value()) {
            ASSERT_EQ(*got, next);
            ++next;
        }
    }
    producer.get();
}

FIBER_TEST_F(Queue, JoinWaitsForTaskDoneAndNotForGet) {
    queue<int> items(4);
    items.join();
    items.put(1);
    items.put(2);
    auto joiner = spawn([&] { items.join(); });
    auto other = spawn([&] { items.join(); });
    EXPECT_EQ(items.get() + items.get(), 3);
    let_others_run();
    EXPECT_FALSE(joiner.done());
    items.task_done();
    let_others_run();
    EXPECT_FALSE(joiner.done());
    items.task_done();
    joiner.get();
    other.get();
    EXPECT_THROW(items.task_done(), usage_error);
    EXPECT_EQ(items.statistics().unfinished, 0U);
}

FIBER_TEST_F(Queue, ItemHandedToAWaitingGetterIsUnfinished) {
    queue<int> items(1);
    auto getter = spawn([&] { return items.get(); });
    let_others_run();
    items.put(1);
    EXPECT_EQ(getter.get(), 1);
    EXPECT_EQ(items.statistics().unfinished, 1U);
    items.task_done();
    items.join();
}

// T098
FIBER_TEST_F(Queue, ShutdownDrainsAndRefuses) {
    queue<int> items(1);
    items.put(1);
    auto putter = spawn([&] { items.put(2); });
    auto other = spawn([&] { items.put(2); });
    let_others_run();
    items.shutdown();
    EXPECT_THROW(putter.get(), queue_shut_down);
    EXPECT_THROW(other.get(), queue_shut_down);
    items.shutdown();
    EXPECT_THROW(items.put(3), queue_shut_down);
    int item = 3;
    EXPECT_THROW(static_cast<void>(items.try_put(item)), queue_shut_down);
    EXPECT_EQ(items.get(), 1);
    EXPECT_THROW(static_cast<void>(items.get()), queue_shut_down);
    EXPECT_THROW(static_cast<void>(items.try_get()), queue_shut_down);
    EXPECT_TRUE(items.statistics().shut_down);
    items.task_done();
    items.join();
}

// T098
FIBER_TEST_F(Queue, ShutdownWakesThoseWhoWaitToGet) {
    queue<int> items(1);
    auto getter = spawn([&] { return items.get(); });
    auto other = spawn([&] { return items.get(); });
    let_others_run();
    items.shutdown();
    EXPECT_THROW(static_cast<void>(getter.get()), queue_shut_down);
    EXPECT_THROW(static_cast<void>(other.get()), queue_shut_down);
}

// T098: items are dropped, and join waits only for what was taken before.
FIBER_TEST_F(Queue, ImmediateShutdownDropsItems) {
    const auto counted = std::make_shared<int>(0);
    queue<std::shared_ptr<int>> items(3);
    items.put(counted);
    items.put(counted);
    auto taken = items.get();
    auto joiner = spawn([&] { items.join(); });
    let_others_run();
    items.shutdown(shutdown_mode::immediate);
    EXPECT_EQ(counted.use_count(), 2);
    EXPECT_THROW(static_cast<void>(items.get()), queue_shut_down);
    let_others_run();
    EXPECT_FALSE(joiner.done());
    items.task_done();
    joiner.get();
}

TEST_F(Queue, NeedsALimit) {
    EXPECT_THROW(queue<int>(0), std::invalid_argument);
    EXPECT_THROW(lifo_queue<int>(static_cast<std::size_t>(-1)), std::invalid_argument);
}

// T038
FIBER_TEST_F(Queue, FastPathsAreCancellationPoints) {
    queue<int> items(2);
    items.put(1);
    cancel_scope scope;
    scope.cancel();
    EXPECT_FALSE(scope.run([&] {
        EXPECT_THROW(items.put(2), cancelled);
        EXPECT_THROW(items.join(), cancelled);
        static_cast<void>(items.get());
    }));
    EXPECT_EQ(items.statistics().size, 1U);
}

}  // namespace
}  // namespace weft
