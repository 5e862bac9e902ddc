// SPDX-License-Identifier: BSL-1.0
//
// What Boost.Fiber promises its users, on weft's algorithm: each behaviour in a few lines.
#include <weft/boost_fiber.hpp>

#include <gtest/gtest.h>
#include <boost/fiber/all.hpp>

#include <chrono>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace weft {
namespace {

namespace bf = boost::fibers;
using namespace std::chrono_literals;

/// Every test with weft attached, and nothing of weft called.
class PromisesOfBoostFiber : public ::testing::Test {
private:
    boost_fiber_runtime attached_;
};

template <class Mutex>
class PromisesOfMutexes : public PromisesOfBoostFiber {};

using mutexes =
    ::testing::Types<bf::mutex, bf::timed_mutex, bf::recursive_mutex, bf::recursive_timed_mutex>;
TYPED_TEST_SUITE(PromisesOfMutexes, mutexes);

TYPED_TEST(PromisesOfMutexes, ExcludeEachOther) {
    TypeParam lock;
    int inside = 0;
    int most = 0;
    const auto enter = [&] {
        for (int i = 0; i < 20; ++i) {
            const std::scoped_lock mine(lock);
            most = std::max(most, ++inside);
            boost::this_fiber::yield();
            --inside;
        }
    };
    bf::fiber one(bf::launch::post, enter);
    bf::fiber two(bf::launch::dispatch, enter);
    one.join();
    two.join();
    EXPECT_EQ(most, 1);
}

TYPED_TEST(PromisesOfMutexes, TryLockFailsWhileAnotherFiberHoldsIt) {
    TypeParam lock;
    lock.lock();
    bool got = true;
    bf::fiber([&] { got = lock.try_lock(); }).join();
    EXPECT_FALSE(got);
    lock.unlock();
    bf::fiber([&] {
        got = lock.try_lock();
        lock.unlock();
    }).join();
    EXPECT_TRUE(got);
}

TYPED_TEST(PromisesOfMutexes, UnlockByAnotherThanTheOwnerThrows) {
    TypeParam lock;
    lock.lock();
    bf::fiber([&] { EXPECT_THROW(lock.unlock(), bf::lock_error); }).join();
    lock.unlock();
}

TEST_F(PromisesOfBoostFiber, MutexLockedTwiceThrows) {
    bf::mutex lock;
    lock.lock();
    EXPECT_THROW(lock.lock(), bf::lock_error);
    lock.unlock();
}

TEST_F(PromisesOfBoostFiber, RecursiveMutexCounts) {
    bf::recursive_mutex lock;
    lock.lock();
    lock.lock();
    lock.unlock();
    bool got = true;
    bf::fiber([&] { got = lock.try_lock(); }).join();
    EXPECT_FALSE(got);
    lock.unlock();
}

TEST_F(PromisesOfBoostFiber, TimedMutexGivesUp) {
    bf::timed_mutex lock;
    lock.lock();
    bf::fiber([&] {
        EXPECT_FALSE(lock.try_lock_for(1ms));
        EXPECT_FALSE(lock.try_lock_until(std::chrono::steady_clock::now() + 1ms));
    }).join();
    lock.unlock();
}

TEST_F(PromisesOfBoostFiber, ConditionVariableWakesOneAndAll) {
    bf::mutex lock;
    bf::condition_variable changed;
    int allowed = 0;
    int through = 0;
    const auto pass = [&] {
        std::unique_lock held(lock);
        changed.wait(held, [&] { return allowed > through; });
        ++through;
    };
    std::vector<bf::fiber> waiting;
    for (int i = 0; i < 3; ++i) {
        waiting.emplace_back(pass);
    }
    boost::this_fiber::yield();
    allowed = 1;
    changed.notify_one();
    boost::this_fiber::sleep_for(1ms);
    EXPECT_EQ(through, 1);
    allowed = 3;
    changed.notify_all();
    for (auto& each : waiting) {
        each.join();
    }
    EXPECT_EQ(through, 3);
}

TEST_F(PromisesOfBoostFiber, ConditionVariableAnyTakesAnyLock) {
    bf::recursive_mutex lock;
    bf::condition_variable_any changed;
    bool ready = false;
    bool passed = false;
    bf::fiber waiting([&] {
        std::unique_lock held(lock);
        changed.wait(held, [&] { return ready; });
        passed = true;
    });
    boost::this_fiber::yield();
    {
        const std::scoped_lock held(lock);
        EXPECT_FALSE(passed);
        ready = true;
    }
    changed.notify_one();
    waiting.join();
    EXPECT_TRUE(passed);
}

TEST_F(PromisesOfBoostFiber, UnbufferedChannelHandsOver) {
    bf::unbuffered_channel<int> items;
    std::string log;
    bf::fiber producer([&] {
        items.push(1);
        log += "taken ";
        items.close();
    });
    boost::this_fiber::yield();
    EXPECT_EQ(log, "");
    EXPECT_EQ(items.value_pop(), 1);
    producer.join();
    EXPECT_EQ(log, "taken ");
    int none = 0;
    EXPECT_EQ(items.pop(none), bf::channel_op_status::closed);
}

TEST_F(PromisesOfBoostFiber, BufferedChannelSaysFullEmptyAndClosed) {
    bf::buffered_channel<int> items(2);
    int item = 0;
    EXPECT_EQ(items.try_pop(item), bf::channel_op_status::empty);
    EXPECT_EQ(items.try_push(1), bf::channel_op_status::success);
    EXPECT_EQ(items.try_push(2), bf::channel_op_status::full);  // one slot stays free
    EXPECT_EQ(items.push_wait_for(3, 1ms), bf::channel_op_status::timeout);
    items.close();
    EXPECT_EQ(items.push(4), bf::channel_op_status::closed);
    EXPECT_EQ(items.pop(item), bf::channel_op_status::success);
    EXPECT_EQ(item, 1);
    EXPECT_EQ(items.pop(item), bf::channel_op_status::closed);
}

TEST_F(PromisesOfBoostFiber, FuturesCarryValuesAndExceptions) {
    auto value = bf::async([] { return 4; });
    auto failure = bf::async(bf::launch::dispatch, []() -> int { throw std::out_of_range("far"); });
    EXPECT_EQ(value.get(), 4);
    EXPECT_THROW(failure.get(), std::out_of_range);
    bf::packaged_task<int(int)> twice([](int number) { return 2 * number; });
    auto doubled = twice.get_future();
    bf::fiber(std::move(twice), 21).detach();
    EXPECT_EQ(doubled.get(), 42);
    bf::future<void> broken;
    {
        bf::promise<void> forgotten;
        broken = forgotten.get_future();
    }
    EXPECT_THROW(broken.get(), bf::broken_promise);
}

TEST_F(PromisesOfBoostFiber, FutureWaitsForALimitedTime) {
    bf::promise<int> late;
    auto answer = late.get_future();
    EXPECT_EQ(answer.wait_for(1ms), bf::future_status::timeout);
    late.set_value(1);
    EXPECT_EQ(answer.wait_for(1ms), bf::future_status::ready);
}

TEST_F(PromisesOfBoostFiber, BarrierLetsAllGoAtOnce) {
    bf::barrier all(3);
    int last_ones = 0;
    std::vector<bf::fiber> parties;
    for (int i = 0; i < 3; ++i) {
        parties.emplace_back([&] { last_ones += all.wait() ? 1 : 0; });
    }
    for (auto& each : parties) {
        each.join();
    }
    EXPECT_EQ(last_ones, 1);
}

TEST_F(PromisesOfBoostFiber, SpecificPointersBelongToTheirFiber) {
    int destroyed = 0;
    struct counted {
        int* count;
        int value;
        ~counted() { ++*count; }
    };
    bf::fiber_specific_ptr<counted> mine;
    const auto keep = [&](int value) {
        mine.reset(new counted{&destroyed, value});
        boost::this_fiber::yield();
        EXPECT_EQ(mine->value, value);
    };
    bf::fiber one(keep, 1);
    bf::fiber two(keep, 2);
    one.join();
    two.join();
    EXPECT_EQ(destroyed, 2);
}

TEST_F(PromisesOfBoostFiber, PostBeginsInLineAndDispatchAtOnce) {
    std::string order;
    bf::fiber later(bf::launch::post, [&] { order += "post "; });
    bf::fiber at_once(bf::launch::dispatch, [&] { order += "dispatch "; });
    order += "launcher ";
    later.join();
    at_once.join();
    EXPECT_EQ(order, "dispatch post launcher ");  // in line behind what was ready
}

TEST_F(PromisesOfBoostFiber, YieldGoesRoundInOrder) {
    std::string order;
    const auto say = [&](char name) {
        for (int i = 0; i < 3; ++i) {
            order += name;
            boost::this_fiber::yield();
        }
    };
    bf::fiber a(say, 'a');
    bf::fiber b(say, 'b');
    bf::fiber c(say, 'c');
    a.join();
    b.join();
    c.join();
    EXPECT_EQ(order, "abcabcabc");
}

TEST_F(PromisesOfBoostFiber, SleepersWakeInTheOrderOfTheirTimes) {
    std::vector<int> order;
    std::vector<bf::fiber> all;
    const auto start = std::chrono::steady_clock::now();
    for (const int number : {3, 1, 2}) {
        all.emplace_back([&order, start, number] {
            boost::this_fiber::sleep_until(start + number * 1ms);
            order.push_back(number);
        });
    }
    for (auto& each : all) {
        each.join();
    }
    EXPECT_EQ(order, (std::vector{1, 2, 3}));
}

TEST_F(PromisesOfBoostFiber, JoinOfItselfIsRefusedAndIdsDiffer) {
    bf::fiber other([] {});
    EXPECT_NE(other.get_id(), boost::this_fiber::get_id());
    EXPECT_TRUE(other.joinable());
    other.join();
    EXPECT_FALSE(other.joinable());
    EXPECT_THROW(other.join(), bf::fiber_error);
}

TEST_F(PromisesOfBoostFiber, DetachedFibersRunToTheirEnd) {
    bool done = false;
    bf::fiber([&] {
        boost::this_fiber::sleep_for(1ms);
        done = true;
    }).detach();
    while (!done) {
        boost::this_fiber::yield();
    }
    EXPECT_TRUE(done);
}

TEST_F(PromisesOfBoostFiber, StacksOfUsersAreUsed) {
    bf::pooled_fixedsize_stack stacks(64 * 1024);
    bf::protected_fixedsize_stack guarded(64 * 1024);
    int sum = 0;
    bf::fiber(std::allocator_arg, stacks, [&] { sum += 1; }).join();
    bf::fiber(std::allocator_arg, guarded, [&] { sum += 2; }).join();
    EXPECT_EQ(sum, 3);
}

}  // namespace
}  // namespace weft
