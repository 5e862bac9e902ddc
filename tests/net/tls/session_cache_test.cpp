// SPDX-License-Identifier: BSL-1.0
#include "tls/session_cache.hpp"

#include <gtest/gtest.h>

namespace weft::net::tls {
namespace {

session_ptr session_of(int version) {
    session_ptr made(SSL_SESSION_new());
    SSL_SESSION_set_protocol_version(made.get(), version);
    return made;
}

TEST(TlsSessionCache, HandsOutATicketOfTls13Once) {
    session_cache tested(10);
    auto added = session_of(TLS1_3_VERSION);
    const auto* which = added.get();
    tested.add("a.test", std::move(added));
    EXPECT_EQ(tested.take("b.test"), nullptr);
    EXPECT_EQ(tested.take("a.test").get(), which);
    EXPECT_EQ(tested.take("a.test"), nullptr);
}

TEST(TlsSessionCache, HandsOutASessionOfTls12AsOftenAsWanted) {
    session_cache tested(10);
    tested.add("a.test", session_of(TLS1_2_VERSION));
    EXPECT_NE(tested.take("a.test"), nullptr);
    EXPECT_NE(tested.take("a.test"), nullptr);
}

TEST(TlsSessionCache, PrefersTheNewest) {
    session_cache tested(10);
    tested.add("a.test", session_of(TLS1_3_VERSION));
    auto newest = session_of(TLS1_3_VERSION);
    const auto* which = newest.get();
    tested.add("a.test", std::move(newest));
    EXPECT_EQ(tested.take("a.test").get(), which);
}

TEST(TlsSessionCache, DropsTheOldestWhenItIsFull) {
    session_cache tested(2);
    for (const char* name : {"a.test", "b.test", "c.test"}) {
        tested.add(name, session_of(TLS1_3_VERSION));
    }
    EXPECT_EQ(tested.take("a.test"), nullptr);
    EXPECT_NE(tested.take("b.test"), nullptr);
    EXPECT_NE(tested.take("c.test"), nullptr);
}

}  // namespace
}  // namespace weft::net::tls
