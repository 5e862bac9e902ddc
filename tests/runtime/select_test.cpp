// SPDX-License-Identifier: BSL-1.0
#include <weft/select.hpp>

#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/runtime_test.hpp"

#include <chrono>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;
using Select = test::runtime_test;

/// The handler of a case that must not happen.
constexpr auto never_called = [](auto&&...) { ADD_FAILURE() << "the wrong case happened"; };

FIBER_TEST_F(Select, FirstReadyCaseInTheOrderOfTheArgumentsHappens) {
    channel<int> first(1);
    channel<int> second(1);
    first.send(1);
    second.send(2);
    std::optional<int> got;
    const auto take = [&](std::optional<int> number) { got = number; };
    EXPECT_EQ(select(on_receive(second, take), on_receive(first, never_called)), 0U);
    EXPECT_EQ(got, 2);
    EXPECT_EQ(select(on_receive(second, never_called), on_receive(first, take)), 1U);
    EXPECT_EQ(got, 1);
    EXPECT_EQ(first.size() + second.size(), 0U);
}

FIBER_TEST_F(Select, WaitsForTheFirstThatBecomesReady) {
    channel<int> numbers(0);
    event stopped;
    counting_semaphore permits(0);
    std::optional<int> got;
    auto selecting = spawn([&] {
        return select(on_set(stopped, never_called), on_acquire(permits, never_called),
                      on_receive(numbers, [&](std::optional<int> number) { got = number; }),
                      on_timeout(1h, never_called));
    });
    let_others_run();
    EXPECT_FALSE(selecting.done());
    numbers.send(4);
    EXPECT_EQ(selecting.get(), 2U);
    EXPECT_EQ(got, 4);
    EXPECT_EQ(clock::now(), clock::time_point()) << "no polling, no timer left behind";
}

// Exactly one case wins, and those that lose have left their lines.
FIBER_TEST_F(Select, LosingCasesLoseNothing) {
    channel<int> numbers(1);
    channel<std::string> texts(0);
    counting_semaphore permits(0);
    std::string text = "unsent";
    auto selecting = spawn([&] {
        return select(on_receive(numbers, [](auto) {}), on_send(texts, text, never_called),
                      on_acquire(permits, never_called));
    });
    let_others_run();
    EXPECT_EQ(texts.statistics().sending, 1U);
    numbers.send(1);
    permits.release();
    EXPECT_EQ(texts.try_receive(), std::nullopt);
    EXPECT_EQ(selecting.get(), 0U);
    EXPECT_EQ(text, "unsent");
    EXPECT_EQ(permits.available(), 1);
    EXPECT_EQ(texts.statistics().sending, 0U);
    EXPECT_EQ(numbers.statistics().receiving, 0U);
}

FIBER_TEST_F(Select, SendsWhenAReceiverComes) {
    channel<std::unique_ptr<int>> pointers(0);
    bool sent = false;
    auto selecting = spawn([&] {
        auto value = std::make_unique<int>(5);
        select(on_timeout(1h, never_called), on_send(pointers, value, [&] { sent = true; }));
        EXPECT_EQ(value, nullptr);
    });
    let_others_run();
    EXPECT_EQ(*pointers.receive().value(), 5);
    selecting.get();
    EXPECT_TRUE(sent);
}

FIBER_TEST_F(Select, TwoSelectsMeet) {
    channel<int> there(0);
    channel<int> back(0);
    int sent = 1;
    auto other = spawn([&] {
        int answer = 2;
        return select(on_send(back, answer, never_called), on_receive(there, [](auto) {}));
    });
    let_others_run();
    EXPECT_EQ(select(on_send(there, sent), on_send(there, sent)), 0U);
    EXPECT_EQ(other.get(), 1U);
    EXPECT_EQ(back.statistics().sending, 0U);
}

FIBER_TEST_F(Select, MayNameOneThingTwice) {
    channel<int> numbers(0);
    auto selecting = spawn([&] {
        int value = 3;
        return select(on_receive(numbers, [](auto) {}), on_receive(numbers, never_called),
                      on_send(numbers, value, never_called));
    });
    let_others_run();
    numbers.send(1);
    EXPECT_EQ(selecting.get(), 0U);
    EXPECT_EQ(numbers.statistics().receiving, 0U);
    EXPECT_EQ(numbers.statistics().sending, 0U);
}

FIBER_TEST_F(Select, EarliestOfSeveralDeadlinesCounts) {
    EXPECT_EQ(select(on_timeout(2s), on_timeout(1s), on_deadline(clock::time_point(1s))), 1U);
    EXPECT_EQ(clock::now(), clock::time_point(1s));
    EXPECT_EQ(select(on_deadline(never, never_called), on_deadline(clock::now())), 1U);
    EXPECT_THROW(static_cast<void>(on_timeout(
                     std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN()))),
                 std::invalid_argument);
}

FIBER_TEST_F(Select, OtherwiseNeverWaits) {
    channel<int> numbers(1);
    EXPECT_EQ(select(on_receive(numbers, never_called), otherwise()), 1U);
    numbers.send(1);
    EXPECT_EQ(select(on_receive(numbers, [](auto) {}), otherwise(never_called)), 0U);
}

FIBER_TEST_F(Select, StandsInTheSameLineAsOthers) {
    channel<int> numbers(1);
    event unused;
    auto plain = spawn([&] { return numbers.receive(); });
    std::optional<int> got;
    auto selecting = spawn([&] {
        select(on_set(unused, never_called), on_receive(numbers, [&](auto n) { got = n; }));
    });
    auto last = spawn([&] { return numbers.receive(); });
    let_others_run();
    for (int i = 1; i <= 3; ++i) {
        numbers.send(i);
    }
    EXPECT_EQ(plain.get(), 1);
    selecting.get();
    EXPECT_EQ(got, 2);
    EXPECT_EQ(last.get(), 3);
}

FIBER_TEST_F(Select, TakesFromQueues) {
    priority_queue<int> items(3);
    items.put(1);
    items.put(2);
    int got = 0;
    const auto take = [&](int item) { got = item; };
    select(on_get(items, take));
    EXPECT_EQ(got, 2);
    select(on_get(items, take));
    auto selecting = spawn([&] { select(on_get(items, take)); });
    auto failing = spawn([&] { select(on_get(items, never_called)); });
    let_others_run();
    items.put(7);
    selecting.get();
    EXPECT_EQ(got, 7);
    items.shutdown();
    EXPECT_THROW(failing.get(), queue_shut_down);
    EXPECT_EQ(items.statistics().unfinished, 3U);
}

FIBER_TEST_F(Select, ClosedChannelIsReady) {
    channel<int> numbers(0);
    channel<int> broken(0);
    auto receiving = spawn(
        [&] { select(on_receive(numbers, [](auto number) { EXPECT_EQ(number, std::nullopt); })); });
    auto sending = spawn([&] {
        int value = 1;
        select(on_send(broken, value, never_called));
    });
    let_others_run();
    numbers.close();
    broken.close_receiving();
    receiving.get();
    EXPECT_THROW(sending.get(), channel_broken);
    EXPECT_EQ(select(on_receive(numbers, [](auto) {}), otherwise(never_called)), 0U);
    int value = 1;
    EXPECT_THROW(select(on_send(numbers, value, never_called)), channel_closed);
    EXPECT_THROW(select(on_receive(broken, never_called)), channel_closed);
}

FIBER_TEST_F(Select, WorksOnTheEndsOfChannels) {
    auto [numbers, receiving] = make_channel<int>(0);
    auto other = receiving;
    std::optional<int> got;
    auto by_end =
        spawn([&, &receiving = receiving] { select(on_receive(receiving, never_called)); });
    auto by_other = spawn([&] { select(on_receive(other, [&](auto n) { got = n; })); });
    let_others_run();
    receiving.close();
    EXPECT_THROW(by_end.get(), channel_closed);
    int value = 6;
    EXPECT_EQ(select(on_send(numbers, value)), 0U);
    by_other.get();
    EXPECT_EQ(got, 6);
    auto all_close =
        spawn([&, &numbers = numbers] { select(on_send(numbers, value, never_called)); });
    let_others_run();
    numbers.close();
    other.close();
    EXPECT_THROW(all_close.get(), channel_closed);
}

// T089, T095: chosen and then cancelled, select() keeps what it was given; cancelled first, it
// leaves every line.
TEST_F(Select, CancelLosesNothing) {
    for (const bool cancel_first : {true, false}) {
        run([&] {
            channel<int> numbers(1);
            counting_semaphore permits(0);
            std::optional<int> got;
            auto selecting = spawn([&] {
                select(on_receive(numbers, [&](auto n) { got = n; }), on_acquire(permits),
                       on_timeout(1h));
            });
            let_others_run();
            if (cancel_first) {
                selecting.cancel();
                numbers.send(8);
                EXPECT_THROW(selecting.get(), cancelled);
            } else {
                numbers.send(8);
                selecting.cancel();
                selecting.get();
            }
            EXPECT_EQ(got.has_value(), !cancel_first);
            EXPECT_EQ(numbers.size(), cancel_first ? 1U : 0U);
            permits.release();
            EXPECT_EQ(permits.available(), 1);
        });
    }
}

// T038
TEST_F(Select, ReadySelectThrowsWhenCancelled) {
    run([] {
        event happened;
        happened.set();
        cancel_scope scope;
        scope.cancel();
        EXPECT_FALSE(scope.run([&] { select(on_set(happened, never_called), otherwise()); }));
    });
    event happened;
    EXPECT_THROW(select(on_set(happened)), usage_error) << "outside fibers";
}

FIBER_TEST_F(Select, HandlerMayThrowAndBlock) {
    event happened;
    happened.set();
    EXPECT_THROW(select(on_set(happened,
                               [] {
                                   this_fiber::sleep_for(1s);
                                   throw std::domain_error("handler");
                               })),
                 std::domain_error);
    EXPECT_EQ(clock::now(), clock::time_point(1s));
}

}  // namespace
}  // namespace weft
