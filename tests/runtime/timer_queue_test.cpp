// SPDX-License-Identifier: BSL-1.0
#include "timer_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <random>
#include <utility>
#include <vector>

namespace weft::detail {
namespace {

using namespace std::chrono_literals;

clock::time_point at(clock::duration since_zero) {
    return clock::time_point(since_zero);
}

/// Calls a function when it expires.
struct calling_timer : timer {
    explicit calling_timer(std::function<void()> function) : called(std::move(function)) {
        expired = [](timer& due) noexcept { static_cast<calling_timer&>(due).called(); };
    }
    std::function<void()> called;
};

TEST(TimerQueue, IsEmptyAtFirst) {
    timer_queue queue;
    EXPECT_EQ(queue.next(), never);
    EXPECT_EQ(queue.size(), 0U);
    queue.expire(never);
}

TEST(TimerQueue, ExpiresWhatIsDueAndNotMore) {
    timer_queue queue;
    std::vector<int> called;
    calling_timer late([&] { called.push_back(3); });
    calling_timer early([&] { called.push_back(1); });
    calling_timer middle([&] { called.push_back(2); });
    queue.arm(late, at(3s));
    queue.arm(early, at(1s));
    queue.arm(middle, at(2s));
    EXPECT_EQ(queue.next(), at(1s));
    queue.expire(at(0s));
    EXPECT_TRUE(called.empty());
    queue.expire(at(2s));
    EXPECT_EQ(called, (std::vector{1, 2}));
    EXPECT_EQ(queue.next(), at(3s));
    queue.expire(at(9s));
    EXPECT_EQ(called, (std::vector{1, 2, 3}));
    EXPECT_EQ(queue.next(), never);
}

// T012, as decided: FIFO among equal deadlines.
TEST(TimerQueue, EqualDeadlinesExpireInTheOrderOfArming) {
    timer_queue queue;
    std::vector<int> called;
    std::deque<calling_timer> timers;
    for (int i = 0; i < 500; ++i) {
        timers.emplace_back([&, i] { called.push_back(i); });
        queue.arm(timers.back(), at(1s));
    }
    while (queue.next() <= at(1s)) {
        queue.expire(at(1s));
    }
    ASSERT_EQ(called.size(), 500U);
    EXPECT_TRUE(std::is_sorted(called.begin(), called.end()));
}

TEST(TimerQueue, DisarmedTimersDoNotExpire) {
    timer_queue queue;
    calling_timer never_called([] { FAIL(); });
    queue.disarm(never_called);
    queue.arm(never_called, at(1s));
    queue.disarm(never_called);
    queue.disarm(never_called);
    queue.expire(at(2s));
    EXPECT_EQ(queue.size(), 0U);
}

TEST(TimerQueue, TimersMayBeArmedAgain) {
    timer_queue queue;
    int called = 0;
    calling_timer again([&] { ++called; });
    for (int i = 1; i <= 3; ++i) {
        queue.arm(again, at(std::chrono::seconds(i)));
        queue.expire(at(std::chrono::seconds(i)));
    }
    EXPECT_EQ(called, 3);
}

// A timer armed while timers expire waits for the next call, so that expire() ends.
TEST(TimerQueue, TimerArmedByATimerWaitsForTheNextCall) {
    timer_queue queue;
    int called = 0;
    calling_timer self([&] { ++called; });
    self.called = [&] {
        ++called;
        queue.arm(self, at(0s));
    };
    queue.arm(self, at(0s));
    queue.expire(at(1s));
    EXPECT_EQ(called, 1);
    queue.expire(at(1s));
    EXPECT_EQ(called, 2);
    queue.disarm(self);
}

// What they wake is to run before it has left the caches.
TEST(TimerQueue, CrowdExpiresInPartsAndInOrder) {
    timer_queue queue;
    std::vector<int> called;
    std::deque<calling_timer> crowd;
    constexpr int count = 3 * timer_queue::batch_size;
    for (int i = 0; i < count; ++i) {
        crowd.emplace_back([&, i] { called.push_back(i); });
        queue.arm(crowd.back(), at(1s));
    }
    for (std::size_t part = 1; part <= 3; ++part) {
        EXPECT_EQ(queue.next(), at(1s));
        queue.expire(at(2s));
        EXPECT_EQ(called.size(), part * timer_queue::batch_size);
    }
    EXPECT_EQ(queue.next(), never);
    EXPECT_TRUE(std::ranges::is_sorted(called));
}

TEST(TimerQueue, TimerMayDisarmOthersThatAreDue) {
    timer_queue queue;
    std::deque<calling_timer> others;
    calling_timer first([&] {
        for (auto& each : others) {
            queue.disarm(each);
        }
    });
    queue.arm(first, at(1s));
    for (int i = 0; i < 100; ++i) {
        others.emplace_back([] { FAIL() << "a disarmed timer expired"; });
        queue.arm(others.back(), at(1s));
    }
    queue.expire(at(2s));
    EXPECT_EQ(queue.size(), 0U);
}

// One that is disarmed and armed again by another that expires with it.
TEST(TimerQueue, TimerMayRearmOthersThatAreDue) {
    timer_queue queue;
    int called = 0;
    calling_timer other([&] { ++called; });
    calling_timer first([&] {
        queue.disarm(other);
        queue.arm(other, at(5s));
    });
    queue.arm(first, at(1s));
    queue.arm(other, at(1s));
    queue.expire(at(2s));
    EXPECT_EQ(called, 0);
    EXPECT_EQ(queue.next(), at(5s));
    queue.expire(at(5s));
    EXPECT_EQ(called, 1);
}

// T014: no growth under "timeout per request".
TEST(TimerQueue, DisarmedTimersLeaveNoMemoryBehind) {
    timer_queue queue;
    std::deque<calling_timer> timers;
    for (int i = 0; i < 10'000; ++i) {
        timers.emplace_back([] {});
        queue.arm(timers.back(), at(std::chrono::seconds(i)));
    }
    for (auto& each : timers) {
        queue.disarm(each);
    }
    EXPECT_EQ(queue.size(), 0U);
    EXPECT_LE(queue.capacity(), 2048U);
}

// Against a simple model, at random.
TEST(TimerQueue, BehavesLikeASortedMap) {
    std::mt19937 random(1);
    timer_queue queue;
    std::deque<calling_timer> timers;
    std::multimap<clock::time_point, int> model;
    std::vector<int> called;
    for (int i = 0; i < 200; ++i) {
        timers.emplace_back([&, i] { called.push_back(i); });
    }
    auto now = at(0s);
    for (int step = 0; step < 20'000; ++step) {
        const int chosen = static_cast<int>(random() % timers.size());
        const auto held = std::find_if(model.begin(), model.end(),
                                       [=](const auto& each) { return each.second == chosen; });
        auto& subject = timers[static_cast<std::size_t>(chosen)];
        if (held != model.end()) {
            queue.disarm(subject);
            model.erase(held);
        } else {
            const auto deadline = now + std::chrono::milliseconds(random() % 50);
            queue.arm(subject, deadline);
            model.emplace(deadline, chosen);
        }
        now += std::chrono::milliseconds(random() % 2);
        std::vector<int> expected;
        while (!model.empty() && model.begin()->first <= now) {
            expected.push_back(model.begin()->second);
            model.erase(model.begin());
        }
        called.clear();
        queue.expire(now);
        ASSERT_EQ(called, expected) << "step " << step;
        ASSERT_EQ(queue.next(), model.empty() ? never : model.begin()->first);
    }
}

// Scenario 10: a million timers armed and disarmed, a hundred thousand due at once.
TEST(TimerQueueSlow, CrowdsComeAndGo) {
    timer_queue queue;
    int called = 0;
    std::deque<calling_timer> timers;
    for (int i = 0; i < 1'000'000; ++i) {
        timers.emplace_back([&] { ++called; });
        queue.arm(timers.back(), at(std::chrono::seconds(i % 10 == 0 ? 1 : i)));
    }
    for (std::size_t i = 0; i < timers.size(); ++i) {
        if (i % 10 != 0) {
            queue.disarm(timers[i]);
        }
    }
    EXPECT_EQ(queue.size(), 100'000U);
    while (queue.next() <= at(1s)) {
        queue.expire(at(1s));
    }
    EXPECT_EQ(called, 100'000);
    for (int i = 0; i < 10; ++i) {  // memory goes back with the next uses
        queue.arm(timers.front(), at(2s));
        queue.disarm(timers.front());
    }
    EXPECT_LE(queue.capacity(), 2048U);
}

}  // namespace
}  // namespace weft::detail
