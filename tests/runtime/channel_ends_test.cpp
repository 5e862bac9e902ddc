// SPDX-License-Identifier: BSL-1.0
#include <weft/channel_ends.hpp>

#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/runtime_test.hpp"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace weft {
namespace {

using ChannelEnds = test::runtime_test;

FIBER_TEST_F(ChannelEnds, ChannelEndsWithItsLastSender) {
    auto [first, numbers] = make_channel<int>(4);
    {
        auto second = first;
        EXPECT_EQ(numbers.statistics().senders, 2U);
        second.send(2);
        first.send(1);
        first.close();
        first.close();
        EXPECT_EQ(numbers.statistics().senders, 1U);
        second.send(3);
    }
    EXPECT_EQ(numbers.statistics().senders, 0U);
    EXPECT_EQ(numbers.receive(), 2);
    EXPECT_EQ(numbers.receive(), 1);
    EXPECT_EQ(numbers.receive(), 3);
    EXPECT_EQ(numbers.receive(), std::nullopt);
}

FIBER_TEST_F(ChannelEnds, ReceiverWaitsWhileAnySenderIsOpen) {
    auto [first, numbers] = make_channel<int>(0);
    auto second = std::make_optional(first);
    auto receiving = spawn([&numbers = numbers] { return numbers.receive(); });
    let_others_run();
    first.close();
    let_others_run();
    EXPECT_FALSE(receiving.done());
    second.reset();
    EXPECT_EQ(receiving.get(), std::nullopt);
}

FIBER_TEST_F(ChannelEnds, SendFailsWhenNoReceiverIsLeft) {
    const auto counted = std::make_shared<int>(0);
    auto [pointers, first] = make_channel<std::shared_ptr<int>>(2);
    auto second = first;
    pointers.send(counted);
    pointers.send(counted);
    auto waiting = spawn([&pointers = pointers, &counted] { pointers.send(counted); });
    let_others_run();
    first.close();
    let_others_run();
    EXPECT_FALSE(waiting.done()) << "one receiver is left";
    second.close();
    EXPECT_THROW(waiting.get(), channel_broken);
    EXPECT_THROW(pointers.send(counted), channel_broken);
    EXPECT_EQ(counted.use_count(), 1) << "what nobody can receive is destroyed";
    EXPECT_EQ(pointers.statistics().receivers, 0U);
}

FIBER_TEST_F(ChannelEnds, ClosedEndIsToldFromAnEndedChannel) {
    auto [numbers, receiving] = make_channel<int>(1);
    auto other = receiving;
    receiving.close();
    EXPECT_TRUE(receiving.is_closed());
    EXPECT_THROW(static_cast<void>(receiving.receive()), channel_closed);
    EXPECT_THROW(static_cast<void>(receiving.try_receive()), channel_closed);
    EXPECT_THROW(auto copy = receiving, channel_closed);
    EXPECT_THROW(static_cast<void>(receiving.statistics()), channel_closed);
    numbers.send(1);
    numbers.close();
    int number = 2;
    EXPECT_THROW(numbers.send(number), channel_closed);
    EXPECT_THROW(static_cast<void>(numbers.try_send(number)), channel_closed);
    EXPECT_EQ(other.receive(), 1);
    EXPECT_EQ(other.receive(), std::nullopt) << "the channel has ended";
}

// Closing an end wakes those who wait by this end, and only those.
FIBER_TEST_F(ChannelEnds, CloseWakesThoseWhoWaitByThisEnd) {
    auto [numbers, first] = make_channel<int>(0);
    auto second = first;
    auto by_first = spawn([&first = first] { return first.receive(); });
    auto too = spawn([&first = first] { return first.receive(); });
    auto by_second = spawn([&] { return second.receive(); });
    let_others_run();
    first.close();
    EXPECT_THROW(static_cast<void>(by_first.get()), channel_closed);
    EXPECT_THROW(static_cast<void>(too.get()), channel_closed);
    EXPECT_FALSE(by_second.done());
    numbers.send(5);
    EXPECT_EQ(by_second.get(), 5);
}

FIBER_TEST_F(ChannelEnds, CloseWakesSendersThatWaitByThisEnd) {
    auto [first, numbers] = make_channel<int>(0);
    auto second = first;
    auto by_first = spawn([&first = first] { first.send(1); });
    auto too = spawn([&first = first] { first.send(1); });
    auto by_second = spawn([&] { second.send(2); });
    let_others_run();
    first.close();
    EXPECT_THROW(by_first.get(), channel_closed);
    EXPECT_THROW(too.get(), channel_closed);
    EXPECT_EQ(numbers.receive(), 2);
    by_second.get();
}

// The channel outlives its ends while somebody waits in it.
FIBER_TEST_F(ChannelEnds, AllEndsMayCloseWhileSomebodyWaits) {
    auto [numbers, receiving] = make_channel<int>(0);
    auto sender = spawn([&numbers = numbers] { numbers.send(1); });
    let_others_run();
    numbers.close();
    receiving.close();
    EXPECT_THROW(sender.get(), channel_closed);
    auto [others, waiting] = make_channel<int>(0);
    auto receiver = spawn([&waiting = waiting] { return waiting.receive(); });
    let_others_run();
    waiting.close();
    others.close();
    EXPECT_THROW(static_cast<void>(receiver.get()), channel_closed);
}

FIBER_TEST_F(ChannelEnds, AssignmentClosesWhatWasThere) {
    auto [first, first_receiver] = make_channel<int>(1);
    auto [second, second_receiver] = make_channel<int>(1);
    first = second;
    EXPECT_EQ(first_receiver.receive(), std::nullopt);
    EXPECT_EQ(second_receiver.statistics().senders, 2U);
    first = std::move(second);
    EXPECT_EQ(second_receiver.statistics().senders, 1U);
    first.send(3);
    EXPECT_EQ(second_receiver.try_receive(), 3);
    second_receiver = std::move(first_receiver);
    EXPECT_THROW(first.send(4), channel_broken);
}

// Fan-out and fan-in: every value arrives once.
FIBER_TEST_F(ChannelEnds, ManyEndsShareTheTraffic) {
    std::vector<int> got(30);
    std::vector<task<>> all;
    {
        auto [sending, receiving] = make_channel<int>(2);
        for (int i = 0; i < 3; ++i) {
            all.push_back(spawn([end = sending, i]() mutable {
                for (int k = 0; k < 10; ++k) {
                    end.send(10 * i + k);
                }
            }));
            all.push_back(spawn([end = receiving, &got]() mutable {
                while (const auto number = end.receive()) {
                    ++got[static_cast<std::size_t>(*number)];
                }
            }));
        }
    }
    for (auto& each : all) {
        each.get();
    }
    EXPECT_EQ(got, std::vector<int>(30, 1));
}

// T038
FIBER_TEST_F(ChannelEnds, FastPathsAreCancellationPoints) {
    auto [sending, receiving] = make_channel<int>(2);
    sending.send(1);
    cancel_scope scope;
    scope.cancel();
    EXPECT_FALSE(scope.run([&, &sending = sending, &receiving = receiving] {
        EXPECT_THROW(sending.send(2), cancelled);
        static_cast<void>(receiving.receive());
    }));
    EXPECT_EQ(receiving.statistics().size, 1U);
}

}  // namespace
}  // namespace weft
