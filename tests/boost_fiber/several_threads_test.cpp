// SPDX-License-Identifier: BSL-1.0
//
// Several threads, each with a runtime on Boost.Fiber or with none, and fibers that wake each
// other.
#include <weft/boost_fiber.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include <gtest/gtest.h>
#include <boost/fiber/all.hpp>

#include <chrono>
#include <thread>
#include <vector>

namespace weft {
namespace {

namespace bf = boost::fibers;
using namespace std::chrono_literals;

TEST(SeveralThreads, ChannelOfBoostFiberConnectsTwoRuntimes) {
    constexpr int items = 2000;
    bf::buffered_channel<int> there(8);
    bf::buffered_channel<int> back(8);
    std::thread other([&] {
        const boost_fiber_runtime attached;
        bf::fiber([&] {
            for (const int each : there) {
                back.push(each + 1);
            }
            back.close();
        }).join();
    });
    const boost_fiber_runtime attached;
    bf::fiber sender([&] {
        for (int i = 0; i < items; ++i) {
            there.push(i);
        }
        there.close();
    });
    long sum = 0;
    for (const int each : back) {
        sum += each;
    }
    sender.join();
    other.join();
    EXPECT_EQ(sum, items * (items + 1L) / 2);
}

TEST(SeveralThreads, PlainThreadWakesAnIdleRuntime) {
    bf::promise<int> promised;
    auto future = promised.get_future();
    std::thread keeper([&] { promised.set_value(6); });
    const boost_fiber_runtime attached;
    EXPECT_EQ(future.get(), 6);
    keeper.join();
}

TEST(SeveralThreads, EachHasItsOwnRuntime) {
    std::vector<std::thread> threads;
    std::vector<int> results(4);
    for (int& result : results) {
        threads.emplace_back([&result] {
            run_options options;
            options.engine = &boost_fiber_engine;
            result = run(
                [] {
                    auto one = spawn([] {
                        this_fiber::sleep_for(1ms);
                        return 1;
                    });
                    auto two = bf::async([] {
                        this_fiber::sleep_for(1ms);
                        return 2;
                    });
                    return one.get() + two.get();
                },
                options);
        });
    }
    for (auto& each : threads) {
        each.join();
    }
    EXPECT_EQ(results, (std::vector{3, 3, 3, 3}));
}

TEST(SeveralThreads, MutexOfBoostFiberExcludesAcrossRuntimes) {
    bf::mutex lock;
    int counter = 0;
    const auto count = [&] {
        const boost_fiber_runtime attached;
        std::vector<bf::fiber> fibers;
        for (int i = 0; i < 4; ++i) {
            fibers.emplace_back([&] {
                for (int round = 0; round < 250; ++round) {
                    const std::scoped_lock mine(lock);
                    ++counter;
                    boost::this_fiber::yield();
                }
            });
        }
        for (auto& each : fibers) {
            each.join();
        }
    };
    std::thread one(count);
    std::thread two(count);
    one.join();
    two.join();
    EXPECT_EQ(counter, 2000);
}

}  // namespace
}  // namespace weft
