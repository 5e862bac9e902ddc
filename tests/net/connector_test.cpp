// SPDX-License-Identifier: BSL-1.0
#include <weft/net/connector.hpp>

#include <gtest/gtest.h>

#include <set>

namespace weft::net {
namespace {

TEST(Target, ComparesByEverythingThatMakesConnectionsDifferent) {
    const target plain{"a.test", 443, false, {}};
    const std::set<target> different{plain,
                                     {"b.test", 443, false, {}},
                                     {"a.test", 80, false, {}},
                                     {"a.test", 443, true, {}},
                                     {"a.test", 443, true, "b.test"}};
    EXPECT_EQ(different.size(), 5U);
    EXPECT_TRUE(different.contains({"a.test", 443, false, {}}));
}

}  // namespace
}  // namespace weft::net
