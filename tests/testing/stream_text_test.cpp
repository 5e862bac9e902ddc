// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/stream_text.hpp>

#include <weft/testing/fiber_test.hpp>
#include <weft/testing/memory_stream.hpp>

#include <gtest/gtest.h>

#include <set>

namespace weft::testing {

FIBER_TEST(StreamText, ReadsToALimitOrToTheEnd) {
    const auto [client, server] = connect_in_memory({.most_per_read = 2});
    client->write("123456");
    client->close();
    EXPECT_EQ(read_up_to(*server, 3), "123");
    EXPECT_EQ(read_up_to(*server, 100), "456");
}

TEST(StreamTextPattern, VariesFromPlaceToPlace) {
    const auto text = pattern(1'000);
    EXPECT_EQ(text.size(), 1'000U);
    EXPECT_GT(std::set<char>(text.begin(), text.end()).size(), 100U);
}

}  // namespace weft::testing
