// SPDX-License-Identifier: BSL-1.0
#include <weft/net/stream.hpp>

#include <gtest/gtest.h>

#include <string_view>

namespace weft::net {
namespace {

TEST(Stream, SeesTextAsBytes) {
    const auto bytes = bytes_of("ab");
    ASSERT_EQ(bytes.size(), 2U);
    EXPECT_EQ(bytes[1], std::byte{'b'});
    EXPECT_TRUE(bytes_of("").empty());
}

}  // namespace
}  // namespace weft::net
