// SPDX-License-Identifier: BSL-1.0
#include "address_queue.hpp"

#include <gtest/gtest.h>

#include <string>

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

TEST(AddressQueue, AlternatesBetweenFamiliesIPv6First) {
    address_queue queue;
    queue.add({a4, b4, a6, b6});
    EXPECT_EQ(take_all(queue), (std::vector<address>{a6, a4, b6, b4}));
}

TEST(AddressQueue, GivesOneFamilyInItsOrder) {
    address_queue queue;
    queue.add({a4, b4});
    EXPECT_EQ(take_all(queue), (std::vector<address>{a4, b4}));
}

TEST(AddressQueue, TakesInAddressesThatComeLater) {
    address_queue queue;
    queue.add({a4, b4});
    EXPECT_FALSE(queue.has_v6());
    EXPECT_EQ(queue.take(), a4);
    queue.add({a6});
    EXPECT_TRUE(queue.has_v6());
    EXPECT_EQ(take_all(queue), (std::vector<address>{a6, b4}));
}

}  // namespace
}  // namespace weft::net
