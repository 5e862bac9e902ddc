// SPDX-License-Identifier: BSL-1.0
#include <weft/net/error.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace weft::net {
namespace {

TEST(NetError, EveryCodeHasItsOwnMessage) {
    std::set<std::string> messages;
    constexpr int last = static_cast<int>(errc::certificate_invalid);
    for (int code = 1; code <= last; ++code) {
        messages.insert(category().message(code));
    }
    EXPECT_EQ(messages.size(), static_cast<std::size_t>(last));
    EXPECT_FALSE(messages.contains(category().message(last + 1)));
}

TEST(NetError, NamesItsCategory) {
    EXPECT_STREQ(make_error_code(errc::name_not_found).category().name(), "weft.net");
}

TEST(NetError, SaysWhatFailedAndHowMuchWasMoved) {
    const error failed(errc::limit_exceeded, "read line", 7);
    EXPECT_EQ(failed.code(), errc::limit_exceeded);
    EXPECT_EQ(failed.transferred(), 7U);
    EXPECT_STREQ(failed.what(), "read line: more data than allowed");
}

TEST(NetError, AResolverTimeoutIsATimeout) {
    EXPECT_TRUE(make_error_code(errc::resolver_timeout) == std::errc::timed_out);
    EXPECT_FALSE(make_error_code(errc::name_not_found) == std::errc::timed_out);
}

}  // namespace
}  // namespace weft::net
