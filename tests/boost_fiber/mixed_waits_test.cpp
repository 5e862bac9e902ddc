// SPDX-License-Identifier: BSL-1.0
//
// Fibers that wait now in weft and now in Boost.Fiber.
#include <weft/boost_fiber.hpp>
#include <weft/channel.hpp>
#include <weft/event.hpp>
#include <weft/mutex.hpp>
#include <weft/net/tcp.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/testing/fiber_test.hpp>
#include <weft/this_fiber.hpp>
#include <weft/worker_pool.hpp>

#include <gtest/gtest.h>
#include <boost/fiber/all.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace weft {
namespace {

namespace bf = boost::fibers;
using namespace std::chrono_literals;

/// A FIBER_TEST_F runs on Boost.Fiber; a TEST_F attaches weft to the Boost.Fiber of its thread.
class MixedWaits : public testing::fiber_test {
protected:
    MixedWaits() { options.engine = &boost_fiber_engine; }
};

FIBER_TEST_F(MixedWaits, TaskOfWeftTakesAMutexOfBoostFiber) {
    bf::mutex lock;
    std::string order;
    std::unique_lock held(lock);
    auto waiting = spawn([&] {
        const std::scoped_lock mine(lock);
        order += "second";
    });
    this_fiber::sleep_for(1ms);
    order += "first ";
    held.unlock();
    waiting.get();
    EXPECT_EQ(order, "first second");
}

FIBER_TEST_F(MixedWaits, FutureOfBoostFiberIsKeptByATaskOfWeft) {
    bf::promise<int> promised;
    auto keeper = spawn([&] {
        this_fiber::sleep_for(1ms);
        promised.set_value(9);
    });
    EXPECT_EQ(promised.get_future().get(), 9);
}

FIBER_TEST_F(MixedWaits, ChannelOfBoostFiberCarriesFromWeftToBoostFiber) {
    bf::buffered_channel<int> items(2);
    int sum = 0;
    bf::fiber consumer([&] {
        for (const int each : items) {
            sum += each;
        }
    });
    for (int i = 1; i <= 100; ++i) {
        items.push(i);
        if (i % 10 == 0) {
            this_fiber::yield();
        }
    }
    items.close();
    consumer.join();
    EXPECT_EQ(sum, 5050);
}

TEST_F(MixedWaits, ChannelOfWeftCarriesFromBoostFiberToWeft) {
    const boost_fiber_runtime attached;
    channel<int> items(1);
    bf::fiber producer([&] {
        for (int i = 1; i <= 100; ++i) {
            items.send(i);
        }
        items.close();
    });
    int sum = 0;
    while (const auto item = items.receive()) {
        sum += *item;
    }
    producer.join();
    EXPECT_EQ(sum, 5050);
}

TEST_F(MixedWaits, OneFiberAlternates) {
    const boost_fiber_runtime attached;
    bf::barrier both(2);
    mutex lock;
    int rounds = 0;
    const auto alternate = [&] {
        for (int i = 0; i < 50; ++i) {
            both.wait();
            const std::scoped_lock mine(lock);
            this_fiber::yield();
            boost::this_fiber::yield();
            boost::this_fiber::sleep_for(10us);
            this_fiber::sleep_for(10us);
            ++rounds;
        }
    };
    bf::fiber one(alternate);
    bf::fiber two(alternate);
    one.join();
    two.join();
    EXPECT_EQ(rounds, 100);
}

// Whichever is next, the one wait in the kernel ends for it.
TEST_F(MixedWaits, SleepersOfBothWakeWhenTheyAreDue) {
    const boost_fiber_runtime attached;
    using std::chrono::steady_clock;
    const auto start = steady_clock::now();
    int woken = 0;
    bf::fiber boost_first([&] {
        boost::this_fiber::sleep_for(2ms);
        EXPECT_GE(steady_clock::now() - start, 2ms);
        ++woken;
    });
    auto weft_second = spawn([&] {
        this_fiber::sleep_for(4ms);
        EXPECT_GE(steady_clock::now() - start, 4ms);
        ++woken;
    });
    bf::fiber boost_third([&] {
        boost::this_fiber::sleep_for(6ms);
        EXPECT_GE(steady_clock::now() - start, 6ms);
        ++woken;
    });
    boost_first.join();
    weft_second.join();
    boost_third.join();
    EXPECT_EQ(woken, 3);
}

TEST_F(MixedWaits, TimedWaitOfBoostFiberRunsOut) {
    const boost_fiber_runtime attached;
    bf::mutex lock;
    bf::condition_variable changed;
    std::unique_lock held(lock);
    EXPECT_EQ(changed.wait_for(held, 1ms), bf::cv_status::timeout);
}

TEST_F(MixedWaits, FibersOfBoostFiberTalkOverTcp) {
    const boost_fiber_runtime attached;
    auto listener = net::tcp_listener::listen(net::address::loopback_v4(0));
    bf::fiber server([&] {
        auto connection = listener.accept();
        std::array<std::byte, 64> piece;
        while (const auto size = connection.read_some(piece)) {
            connection.write_all(std::span(piece).first(size));
        }
    });
    bf::future<std::string> echoed = bf::async([&] {
        auto connection = net::tcp_stream::connect(listener.local_address());
        const std::string text = "over the wire";
        connection.write_all(std::as_bytes(std::span(text)));
        connection.shutdown_write();
        std::string answer(100, '\0');
        std::size_t got = 0;
        while (const auto size =
                   connection.read_some(std::as_writable_bytes(std::span(answer)).subspan(got))) {
            got += size;
        }
        answer.resize(got);
        return answer;
    });
    EXPECT_EQ(echoed.get(), "over the wire");
    server.join();
}

TEST_F(MixedWaits, ReadyFibersOfBoostFiberDoNotKeepTimersWaiting) {
    const boost_fiber_runtime attached;
    bool done = false;
    int yields = 0;
    bf::fiber busy([&] {
        for (; !done; ++yields) {
            boost::this_fiber::yield();
        }
    });
    this_fiber::sleep_for(1ms);
    done = true;
    busy.join();
    EXPECT_GT(yields, 1);  // it was ready all the time
}

TEST_F(MixedWaits, WorkersServeFibersOfBoostFiber) {
    const boost_fiber_runtime attached;
    int result = 0;
    bf::fiber([&] { result = to_thread([] { return 3; }); }).join();
    EXPECT_EQ(result, 3);
}

FIBER_TEST_F(MixedWaits, CancelledTaskDoesNotLoseAMutexOfBoostFiber) {
    bf::mutex lock;
    event entered;
    auto holding = spawn([&] {
        const std::scoped_lock mine(lock);
        entered.set();
        this_fiber::sleep_for(1h);
    });
    entered.wait();
    holding.cancel();
    EXPECT_THROW(holding.get(), cancelled);
    EXPECT_TRUE(lock.try_lock());
    lock.unlock();
}

}  // namespace
}  // namespace weft
