// SPDX-License-Identifier: BSL-1.0
#include <weft/cross_thread/channel.hpp>

#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/runtime_test.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <thread>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;

/// On real time: other threads take part.
class CrossThreadChannel : public test::runtime_test {
protected:
    CrossThreadChannel() { use_real_time(); }
};

/// Four threads, two of them runtimes with fibers that are now and then cancelled, send and
/// receive. Returns what arrived, sorted.
std::vector<int> exchanged(std::size_t capacity, int each) {
    cross_thread::channel<int> numbers(capacity);
    std::mutex guard;
    std::vector<int> arrived;
    const auto send = [&](int from) {
        for (int i = from; i < from + each; ++i) {
            numbers.send(i);
        }
    };
    const auto note = [&](const std::optional<int>& number) {
        const std::lock_guard lock(guard);
        arrived.push_back(number.value());
    };
    const auto receive = [&] {
        while (const auto number = numbers.receive()) {
            note(number);
        }
    };
    const auto receive_with_limits = [&] {
        for (bool open = true; open;) {
            move_on_after(20us, [&] {
                const auto number = numbers.receive();
                open = number.has_value();
                if (open) {
                    note(number);
                }
            });
        }
    };
    std::thread plain_receiver(receive);
    std::thread receivers([&] {
        weft::run([&] {
            auto other = spawn(receive_with_limits);
            receive_with_limits();
            other.get();
        });
    });
    std::thread plain_sender([&] { send(0); });
    std::thread senders([&] {
        weft::run([&] {
            auto other = spawn([&] { send(each); });
            send(2 * each);
            other.get();
        });
    });
    plain_sender.join();
    senders.join();
    numbers.close();
    plain_receiver.join();
    receivers.join();
    std::sort(arrived.begin(), arrived.end());
    return arrived;
}

// T095, T062 across threads.
TEST_F(CrossThreadChannel, PassesEachValueOnce) {
    const int each = test::sanitized() ? 500 : 3000;
    std::vector<int> expected(static_cast<std::size_t>(3 * each));
    std::iota(expected.begin(), expected.end(), 0);
    for (const std::size_t capacity : {0U, 1U, 16U}) {
        EXPECT_EQ(exchanged(capacity, each), expected) << "capacity " << capacity;
    }
}

FIBER_TEST_F(CrossThreadChannel, KeepsTheOrderOfOneSender) {
    cross_thread::channel<std::unique_ptr<int>> numbers(2);
    std::thread sender([&] {
        for (int i = 0; i < 200; ++i) {
            numbers.send(std::make_unique<int>(i));
        }
        numbers.close();
    });
    int next = 0;
    while (const auto number = numbers.receive()) {
        EXPECT_EQ(**number, next++);
    }
    EXPECT_EQ(next, 200);
    sender.join();
}

FIBER_TEST_F(CrossThreadChannel, CloseWakesFibersAndThreads) {
    cross_thread::channel<int> empty(1);
    cross_thread::channel<int> full(0);
    std::thread receiver([&] { EXPECT_EQ(empty.receive(), std::nullopt); });
    std::thread sender([&] { EXPECT_THROW(full.send(1), channel_broken); });
    auto fiber = spawn([&] { return empty.receive(); });
    while (empty.statistics().receiving < 2 || full.statistics().sending < 1) {
        this_fiber::yield();
    }
    empty.close();
    full.close_receiving();
    EXPECT_EQ(fiber.get(), std::nullopt);
    receiver.join();
    sender.join();
    EXPECT_THROW(empty.send(1), channel_closed);
    EXPECT_THROW(static_cast<void>(full.try_receive()), channel_closed);
}

TEST_F(CrossThreadChannel, TryFormsNeverWait) {
    cross_thread::channel<int> numbers(1);
    int number = 1;
    EXPECT_EQ(numbers.try_receive(), std::nullopt);
    EXPECT_TRUE(numbers.try_send(number));
    EXPECT_FALSE(numbers.try_send(number));
    EXPECT_EQ(numbers.statistics().size, 1U);
    EXPECT_EQ(numbers.try_receive(), 1);
}

// T038
FIBER_TEST_F(CrossThreadChannel, FastPathsAreCancellationPoints) {
    cross_thread::channel<int> numbers(2);
    numbers.send(1);
    cancel_scope scope;
    scope.cancel();
    EXPECT_FALSE(scope.run([&] {
        EXPECT_THROW(numbers.send(2), cancelled);
        static_cast<void>(numbers.receive());
    }));
    EXPECT_EQ(numbers.statistics().size, 1U);
}

}  // namespace
}  // namespace weft
