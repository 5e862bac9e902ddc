// SPDX-License-Identifier: BSL-1.0
#include "address_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace weft::net {
namespace {

const address a4 = address::v4({192, 0, 2, 1}, 1);
const address b4 = address::v4({192, 0, 2, 2}, 1);
const address a6 = address::parse("2001:db8::1", 1);
const address b6 = address::parse("2001:db8::2", 1);

std::vector<address> take_all(address_queue& queue) {
    std::vector<address> taken;
    while (!queue.empty()) {
        taken.push_back(queue.take());
    }
    return taken;
}

void leave(const std::vector<address>&) {}

TEST(AddressQueue, AlternatesBetweenFamiliesFromTheFirstOn) {
    address_queue queue;
    queue.add({a6, b6, a4, b4}, leave);
    EXPECT_EQ(take_all(queue), (std::vector<address>{a6, a4, b6, b4}));
    queue = {};
    queue.add({a4, a6, b6, b4}, leave);
    EXPECT_EQ(take_all(queue), (std::vector<address>{a4, a6, b4, b6}));
}

TEST(AddressQueue, GivesOneFamilyInItsOrder) {
    address_queue queue;
    queue.add({a4, b4}, leave);
    EXPECT_EQ(take_all(queue), (std::vector<address>{a4, b4}));
}

TEST(AddressQueue, TakesInAddressesThatComeLater) {
    address_queue queue;
    queue.add({a4, b4}, leave);
    EXPECT_FALSE(queue.has_v6());
    EXPECT_EQ(queue.take(), a4);
    queue.add({a6}, leave);
    EXPECT_TRUE(queue.has_v6());
    EXPECT_EQ(take_all(queue), (std::vector<address>{a6, b4}));
}

TEST(AddressQueue, SortsAllThatWaitWhenMoreCome) {
    address_queue queue;
    queue.add({b4, a4}, [](auto& waiting) { std::ranges::sort(waiting); });
    queue.add({b6, a6}, [](auto& waiting) { std::ranges::sort(waiting); });
    EXPECT_EQ(take_all(queue), (std::vector<address>{a4, a6, b4, b6}));
}

}  // namespace
}  // namespace weft::net
