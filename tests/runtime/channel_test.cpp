// SPDX-License-Identifier: BSL-1.0
#include <weft/channel.hpp>

#include <weft/channel_ends.hpp>
#include <weft/cross_thread/channel.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/runtime_test.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;
using Channel = test::runtime_test;

// T096
TEST_F(Channel, PassesEachValueOnceInOrder) {
    for (const std::size_t capacity : {0U, 1U, 2U, 7U}) {
        run([&] {
            channel<int> numbers(capacity);
            auto producer = spawn([&] {
                for (int i = 0; i < 20; ++i) {
                    numbers.send(i);
                }
                numbers.close();
            });
            std::vector<int> received;
            while (auto next = numbers.receive()) {
                received.push_back(*next);
            }
            std::vector<int> expected(20);
            std::iota(expected.begin(), expected.end(), 0);
            EXPECT_EQ(received, expected) << "capacity " << capacity;
            producer.get();
        });
    }
}

FIBER_TEST_F(Channel, FullChannelHoldsTheSenderBack) {
    channel<int> numbers(2);
    EXPECT_EQ(numbers.capacity(), 2U);
    int sent = 0;
    auto producer = spawn([&] {
        for (; sent < 4; ++sent) {
            numbers.send(sent);
        }
    });
    let_others_run();
    EXPECT_EQ(sent, 2);
    EXPECT_EQ(numbers.size(), 2U);
    EXPECT_EQ(numbers.receive(), 0);
    let_others_run();
    EXPECT_EQ(sent, 3);
    for (int i = 1; i < 4; ++i) {
        EXPECT_EQ(numbers.receive(), i);
    }
    producer.get();
}

FIBER_TEST_F(Channel, WithoutCapacityEverySendMeetsItsReceiver) {
    channel<int> meeting(0);
    auto sender = spawn([&] { meeting.send(5); });
    let_others_run();
    EXPECT_FALSE(sender.done());
    EXPECT_EQ(meeting.receive(), 5);
    sender.get();
}

FIBER_TEST_F(Channel, WaitingReceiversAreServedInOrder) {
    channel<int> numbers(1);
    auto first = spawn([&] { return numbers.receive(); });
    auto second = spawn([&] { return numbers.receive(); });
    let_others_run();
    numbers.send(1);
    numbers.send(2);
    EXPECT_EQ(numbers.try_receive(), std::nullopt) << "a newcomer overtook a waiter";
    EXPECT_EQ(first.get(), 1);
    EXPECT_EQ(second.get(), 2);
}

FIBER_TEST_F(Channel, TryFormsNeverWait) {
    channel<std::string> texts(1);
    std::string text = "a";
    EXPECT_EQ(texts.try_receive(), std::nullopt);
    EXPECT_TRUE(texts.try_send(text));
    text = "b";
    EXPECT_FALSE(texts.try_send(text));
    EXPECT_EQ(text, "b") << "the value of a refused try_send() is untouched";
    EXPECT_EQ(texts.try_receive(), "a");
}

FIBER_TEST_F(Channel, CarriesWhatCanOnlyBeMoved) {
    channel<std::unique_ptr<int>> pointers(0);
    auto sender = spawn([&] { pointers.send(std::make_unique<int>(3)); });
    const auto received = pointers.receive();
    ASSERT_TRUE(received.has_value());
    EXPECT_EQ(**received, 3);
    sender.get();
}

// T098
FIBER_TEST_F(Channel, CloseLeavesWhatWasSentAndEndsReceivers) {
    channel<int> numbers(2);
    numbers.send(1);
    numbers.close();
    numbers.close();
    EXPECT_TRUE(numbers.is_closed());
    EXPECT_EQ(numbers.receive(), 1);
    EXPECT_EQ(numbers.receive(), std::nullopt);
    EXPECT_EQ(numbers.receive(), std::nullopt);
}

// T098: blocked senders and receivers do not stay blocked.
FIBER_TEST_F(Channel, CloseWakesThoseWhoWait) {
    channel<int> empty(1);
    auto receiver = spawn([&] { return empty.receive(); });
    auto next_receiver = spawn([&] { return empty.receive(); });
    channel<int> full(0);
    auto sender = spawn([&] { full.send(1); });
    auto next_sender = spawn([&] { full.send(2); });
    let_others_run();
    empty.close();
    full.close();
    EXPECT_EQ(receiver.get(), std::nullopt);
    EXPECT_EQ(next_receiver.get(), std::nullopt);
    EXPECT_THROW(sender.get(), usage_error);
    EXPECT_THROW(next_sender.get(), usage_error);
    EXPECT_EQ(full.try_receive(), std::nullopt);
}

FIBER_TEST_F(Channel, SendAfterCloseIsRefused) {
    channel<int> numbers(1);
    numbers.close();
    int value = 1;
    EXPECT_THROW(numbers.send(value), usage_error);
    EXPECT_THROW(static_cast<void>(numbers.try_send(value)), channel_closed);
}

FIBER_TEST_F(Channel, CloseOfTheReceivingSideFailsSendsAndDropsWhatIsHeld) {
    const auto counted = std::make_shared<int>(0);
    channel<std::shared_ptr<int>> pointers(1);
    pointers.send(counted);
    auto sender = spawn([&] { pointers.send(counted); });
    auto next = spawn([&] { pointers.send(counted); });
    let_others_run();
    pointers.close_receiving();
    EXPECT_THROW(sender.get(), channel_broken);
    EXPECT_THROW(next.get(), channel_broken);
    EXPECT_EQ(counted.use_count(), 1);
    EXPECT_THROW(pointers.send(counted), channel_broken);
    EXPECT_THROW(static_cast<void>(pointers.receive()), channel_closed);
    EXPECT_THROW(static_cast<void>(pointers.try_receive()), channel_closed);
}

FIBER_TEST_F(Channel, CloseOfTheReceivingSideWakesReceivers) {
    channel<int> numbers(1);
    auto receiver = spawn([&] { return numbers.receive(); });
    auto next = spawn([&] { return numbers.receive(); });
    let_others_run();
    EXPECT_EQ(numbers.statistics().receiving, 2U);
    numbers.close_receiving();
    EXPECT_THROW(static_cast<void>(receiver.get()), channel_closed);
    EXPECT_THROW(static_cast<void>(next.get()), channel_closed);
    EXPECT_EQ(numbers.statistics().receiving, 0U);
}

FIBER_TEST_F(Channel, StatisticsCountValuesAndThoseWhoWait) {
    channel<int> numbers(1);
    numbers.send(1);
    auto sender = spawn([&] { numbers.send(2); });
    let_others_run();
    const auto now = numbers.statistics();
    EXPECT_EQ(now.size, 1U);
    EXPECT_EQ(now.capacity, 1U);
    EXPECT_EQ(now.sending, 1U);
    EXPECT_EQ(now.receiving, 0U);
    EXPECT_EQ(now.senders, 1U);
    numbers.close();
    EXPECT_EQ(numbers.statistics().senders, 0U);
    EXPECT_EQ(numbers.statistics().receivers, 1U);
    EXPECT_THROW(sender.get(), channel_closed);
}

// T095: a receiver that was given a value and is then cancelled has received it.
FIBER_TEST_F(Channel, ValueHandedOverBeatsALaterCancel) {
    channel<int> numbers(0);
    std::optional<int> got;
    auto receiver = spawn([&] { got = numbers.receive(); });
    let_others_run();
    numbers.send(9);
    receiver.cancel();
    receiver.get();
    EXPECT_EQ(got, 9);
}

// T095, the other order: the value stays for the next receiver.
FIBER_TEST_F(Channel, CancelledReceiverTakesNoValue) {
    channel<int> numbers(1);
    auto receiver = spawn([&] { return numbers.receive(); });
    let_others_run();
    receiver.cancel();
    numbers.send(9);
    EXPECT_THROW(static_cast<void>(receiver.get()), cancelled);
    EXPECT_EQ(numbers.receive(), 9);
}

// T095: a cancelled sender has sent nothing, and the next one moves up.
FIBER_TEST_F(Channel, CancelledSenderHasSentNothing) {
    channel<int> numbers(0);
    auto first = spawn([&] { numbers.send(1); });
    auto second = spawn([&] { numbers.send(2); });
    let_others_run();
    first.cancel();
    EXPECT_EQ(numbers.receive(), 2);
    EXPECT_THROW(first.get(), cancelled);
    second.get();
    EXPECT_EQ(numbers.try_receive(), std::nullopt);
}

// T062, bpo-23812, gh-92824: receiving under a short limit loses nothing.
FIBER_TEST_F(Channel, ReceivingUnderATimeLimitLosesNothing) {
    constexpr int count = 3000;
    channel<int> numbers(3);
    auto producer = spawn([&] {
        for (int i = 0; i < count; ++i) {
            if (i % 5 == 0) {
                this_fiber::sleep_for(std::chrono::microseconds(i % 7 * 100));
            }
            numbers.send(i);
        }
    });
    int next = 0;
    while (next < count) {
        const auto got = move_on_after(400us, [&] { return numbers.receive(); });
        if (got.has_value()) {
            ASSERT_EQ(*got, next);
            ++next;
        }
    }
    producer.get();
}

// T038
FIBER_TEST_F(Channel, FastPathsAreCancellationPoints) {
    channel<int> numbers(2);
    numbers.send(1);
    cancel_scope scope;
    scope.cancel();
    EXPECT_FALSE(scope.run([&] {
        EXPECT_THROW(numbers.send(2), cancelled);
        static_cast<void>(numbers.receive());
    }));
    EXPECT_EQ(numbers.size(), 1U);
}

// Scenario 11, law 9: an always-ready channel does not keep others from running.
FIBER_TEST_F(Channel, AlwaysReadyOperationsLetOthersRun) {
    channel<int> numbers(1);
    bool other_ran = false;
    auto other = spawn([&] { other_ran = true; });
    for (int i = 0; i < 1000 && !other_ran; ++i) {
        numbers.send(i);
        static_cast<void>(numbers.receive());
    }
    EXPECT_TRUE(other_ran);
}

TEST_F(Channel, ImpossibleCapacitiesAreRefused) {
    const auto negative = static_cast<std::size_t>(-1);
    EXPECT_THROW(channel<char>{negative}, std::invalid_argument);
    EXPECT_THROW(channel<std::string>{negative / sizeof(std::string)}, std::invalid_argument);
    EXPECT_THROW(static_cast<void>(make_channel<int>(negative)), std::invalid_argument);
    EXPECT_THROW(cross_thread::channel<int>{negative}, std::invalid_argument);
}

TEST_F(Channel, DestroysWhatNobodyReceived) {
    auto counted = std::make_shared<int>(0);
    run([&] {
        channel<std::shared_ptr<int>> pointers(4);
        pointers.send(counted);
        pointers.send(counted);
        EXPECT_EQ(counted.use_count(), 3);
    });
    EXPECT_EQ(counted.use_count(), 1);
}

}  // namespace
}  // namespace weft
