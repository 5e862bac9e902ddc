// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/dns_peer.hpp>

#include <weft/net/error.hpp>
#include <weft/testing/fiber_test.hpp>

#include <gtest/gtest.h>

#include <string>
#include <system_error>

namespace weft::testing {

namespace {

std::error_code failure_of(net::resolver& names, const std::string& name) {
    try {
        (void)names.resolve(name, 80);
    } catch (const net::error& failed) {
        return failed.code();
    }
    return {};
}

}  // namespace

FIBER_TEST(DnsPeer, MakesAFakeResolver) {
    dns_peer peer;
    peer.add_name("shop.test", {"127.0.0.7", "::7"});
    peer.add_name("ill.test", name_answer::failure);
    net::resolver fake(peer.options());
    EXPECT_EQ(fake.resolve("shop.test", 80).size(), 2U);
    EXPECT_EQ(fake.resolve("shop.test", 80, net::family::v4).front().to_string(), "127.0.0.7:80");
    EXPECT_EQ(failure_of(fake, "nobody.test"), net::errc::name_not_found);
    EXPECT_EQ(failure_of(fake, "ill.test"), net::errc::resolver_failure);
    EXPECT_GE(peer.questions(), 6U);
}

FIBER_TEST(DnsPeer, KeepsSilent) {
    dns_peer peer;
    peer.add_name("mute.test", name_answer::none);
    auto chosen = peer.options();
    chosen.timeout = std::chrono::milliseconds(1);
    chosen.tries = 1;
    net::resolver fake(chosen);
    EXPECT_EQ(failure_of(fake, "mute.test"), net::errc::resolver_timeout);
}

}  // namespace weft::testing
