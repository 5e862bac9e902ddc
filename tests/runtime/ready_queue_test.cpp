// SPDX-License-Identifier: BSL-1.0
#include "engine/ready_queue.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

namespace weft::detail {
namespace {

/// Stands for many fibers of which the queue only keeps the addresses and prefetches.
class some_fibers {
public:
    explicit some_fibers(std::size_t count) : memory_(count) {}
    fiber& operator[](std::size_t index) { return reinterpret_cast<fiber&>(memory_[index]); }
    std::size_t index_of(const fiber& of) const {
        return static_cast<std::size_t>(reinterpret_cast<const block*>(&of) - memory_.data());
    }

private:
    struct alignas(alignof(fiber)) block {
        std::byte bytes[sizeof(fiber)] = {};
    };
    std::vector<block> memory_;
};

TEST(ReadyQueue, FirstInFirstOut) {
    some_fibers fibers(50);
    ready_ring ring;
    ready_queue queue(ring, 0);
    EXPECT_TRUE(ring.empty());
    for (std::size_t i = 0; i < 50; ++i) {
        ring.push(fibers[i]);
    }
    EXPECT_EQ(ring.size(), 50U);
    for (std::size_t i = 0; i < 50; ++i) {
        ASSERT_EQ(&ring.pop(), &fibers[i]);
    }
    EXPECT_TRUE(ring.empty());
}

TEST(ReadyQueue, GoesRoundItsRing) {
    some_fibers fibers(10);
    ready_ring ring;
    ready_queue queue(ring, 0);
    for (std::size_t i = 0; i < 10; ++i) {
        ring.push(fibers[i]);
    }
    for (std::size_t i = 0; i < 1000; ++i) {
        fiber& next = ring.pop();
        ASSERT_EQ(&next, &fibers[i % 10]);
        ring.push(next);
    }
}

TEST(ReadyQueue, GrowsWithoutLosingOrOrder) {
    some_fibers fibers(1000);
    ready_ring ring;
    ready_queue queue(ring, 0);
    std::size_t in = 0;
    std::size_t out = 0;
    while (out < 1000) {
        while (in < 1000 && in < 3 * out + 40) {  // begins in the middle of the ring
            queue.reserve(ring.size() + 1);
            ring.push(fibers[in++]);
        }
        ASSERT_EQ(&ring.pop(), &fibers[out++]);
    }
    EXPECT_TRUE(ring.empty());
}

std::vector<std::size_t> drawn(std::uint64_t seed) {
    some_fibers fibers(100);
    ready_ring ring;
    ready_queue queue(ring, seed);
    queue.reserve(100);
    for (std::size_t i = 0; i < 100; ++i) {
        ring.push(fibers[i]);
    }
    std::vector<std::size_t> order;
    while (!ring.empty()) {
        queue.set_mark(64);
        order.push_back(fibers.index_of(ring.pop()));
    }
    return order;
}

TEST(ReadyQueue, MarkIsReachedAfterAsManyAsWereSet) {
    some_fibers fibers(10);
    ready_ring ring;
    ready_queue queue(ring, 0);
    for (std::size_t i = 0; i < 10; ++i) {
        ring.push(fibers[i]);
    }
    ASSERT_EQ(queue.set_mark(3), 3U);
    for (int taken = 0; taken < 3; ++taken) {
        EXPECT_FALSE(ring.at_mark());
        ring.pop();
    }
    EXPECT_TRUE(ring.at_mark());
}

TEST(ReadyQueue, MarkKeepsItsDistanceWhenTheRingGrows) {
    some_fibers fibers(100);
    ready_ring ring;
    ready_queue queue(ring, 0);
    for (std::size_t i = 0; i < 20; ++i) {
        ring.push(fibers[i]);
    }
    ring.pop();
    queue.set_mark(2);
    queue.reserve(100);
    ring.pop();
    EXPECT_FALSE(ring.at_mark());
    ring.pop();
    EXPECT_TRUE(ring.at_mark());
}

TEST(ReadyQueue, SeedDrawsAnOrderThatRepeats) {
    const auto order = drawn(7);
    EXPECT_EQ(order, drawn(7));
    EXPECT_NE(order, drawn(8));
    EXPECT_NE(order, drawn(0));
    EXPECT_EQ(std::set<std::size_t>(order.begin(), order.end()).size(), 100U);
}

}  // namespace
}  // namespace weft::detail
