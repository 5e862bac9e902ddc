// SPDX-License-Identifier: BSL-1.0
#include "dns/cache.hpp"
#include "support/runtime_test.hpp"

#include <weft/run.hpp>
#include <weft/this_fiber.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>

namespace weft::net::dns {
namespace {

using std::chrono::seconds;

question about(const std::string& name, family wanted = family::v4) {
    return {name, wanted};
}

answer valid_for(seconds ttl) {
    return {.addresses = {address::loopback_v4(0)}, .failure = {}, .ttl = ttl};
}

using DnsCache = weft::test::runtime_test;

FIBER_TEST_F(DnsCache, ForgetsAnAnswerWhenItsTimeIsOver) {
    cache known(10);
    known.insert(about("a"), valid_for(seconds(60)));
    this_fiber::sleep_for(seconds(59));
    EXPECT_TRUE(known.find(about("a")));
    this_fiber::sleep_for(seconds(1));
    EXPECT_FALSE(known.find(about("a")));
    EXPECT_EQ(known.size(), 0U);
}

TEST_F(DnsCache, KeepsFamiliesApart) {
    cache known(10);
    known.insert(about("a"), valid_for(seconds(60)));
    EXPECT_TRUE(known.find(about("a")));
    EXPECT_FALSE(known.find(about("a", family::v6)));
}

TEST_F(DnsCache, DropsWhatWasNotUsedForLongest) {
    cache known(2);
    known.insert(about("a"), valid_for(seconds(60)));
    known.insert(about("b"), valid_for(seconds(60)));
    EXPECT_TRUE(known.find(about("a")));
    known.insert(about("c"), valid_for(seconds(60)));
    EXPECT_EQ(known.size(), 2U);
    EXPECT_TRUE(known.find(about("a")));
    EXPECT_FALSE(known.find(about("b")));
    EXPECT_TRUE(known.find(about("c")));
}

FIBER_TEST_F(DnsCache, ReplacesAnOlderAnswer) {
    cache known(2);
    known.insert(about("a"), valid_for(seconds(1)));
    known.insert(about("a"), valid_for(seconds(60)));
    this_fiber::sleep_for(seconds(10));
    EXPECT_TRUE(known.find(about("a")));
    EXPECT_EQ(known.size(), 1U);
}

TEST_F(DnsCache, RemembersNothingWithoutTimeOrRoom) {
    cache known(2);
    known.insert(about("a"), valid_for(seconds(0)));
    EXPECT_FALSE(known.find(about("a")));
    cache none(0);
    none.insert(about("a"), valid_for(seconds(60)));
    EXPECT_FALSE(none.find(about("a")));
}

}  // namespace
}  // namespace weft::net::dns
