// SPDX-License-Identifier: BSL-1.0
#include "http/redirect.hpp"

#include "client_harness.hpp"
#include "support/runtime_test.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weft::http::test {
namespace {

client_request asked(std::string method, std::string body = {}) {
    return {.method = std::move(method),
            .where = "https://a.test/x",
            .headers = {{"Authorization", "1"},
                        {"authorization", "2"},
                        {"Cookie", "3"},
                        {"Proxy-Authorization", "4"},
                        {"Content-Type", "text/plain"},
                        {"X", "5"}},
            .body = std::move(body)};
}

using Redirect = weft::test::runtime_test;

// H07.
TEST_F(Redirect, TurnsPostIntoGet) {
    for (const unsigned status : {301U, 302U, 303U}) {
        auto next = asked("POST", "body");
        follow_redirect(next, status, "/y");
        EXPECT_EQ(next.method, "GET");
        EXPECT_EQ(next.body, "");
        EXPECT_FALSE(next.headers.contains("Content-Type"));
        EXPECT_EQ(next.where.str(), "https://a.test/y");
        EXPECT_TRUE(next.headers.contains("Authorization"));
    }
}

// H07.
TEST_F(Redirect, RepeatsTheBodyWhenAskedTo) {
    for (const unsigned status : {307U, 308U}) {
        auto next = asked("POST", "body");
        follow_redirect(next, status, "y");
        EXPECT_EQ(next.method, "POST");
        EXPECT_EQ(next.body, "body");
    }
}

// H07.
TEST_F(Redirect, DoesNotRepeatAGeneratedBody) {
    auto next = asked("POST");
    next.source = [](std::span<std::byte>) { return std::size_t{0}; };
    EXPECT_EQ(error_of([&] { follow_redirect(next, 307, "/y"); })->code(),
              errc::body_not_replayable);
}

TEST_F(Redirect, KeepsHead) {
    auto next = asked("HEAD");
    follow_redirect(next, 303, "/y");
    EXPECT_EQ(next.method, "HEAD");
}

// C.1, C.3 (#13180): to another origin no credential follows, none of several.
TEST_F(Redirect, DropsCredentialsAtAnotherOrigin) {
    for (const auto* where :
         {"https://b.test/", "http://a.test/", "https://a.test:444/", "//evil.test/"}) {
        auto next = asked("GET");
        follow_redirect(next, 302, where);
        EXPECT_EQ(next.headers.size(), 2U) << where;
        EXPECT_TRUE(next.headers.contains("X"));
    }
}

TEST_F(Redirect, RefusesOtherSchemes) {
    for (const auto* where : {"file:///etc/passwd", "ftp://a/", "javascript:x", "http://127.1/"}) {
        auto next = asked("GET");
        EXPECT_EQ(error_of([&] { follow_redirect(next, 302, where); })->code(), errc::bad_redirect);
    }
}

// H07.
FIBER_TEST_F(Redirect, IsFollowedWithHistory) {
    memory_connector connector(serve([](request& asked_for, response& answered) {
        if (asked_for.target == "/end") {
            answered.body = asked_for.method;
            return;
        }
        answered.status = 302;
        answered.headers.add("Location", asked_for.target == "/" ? "/2" : "/end");
        answered.body = "moved";
    }));
    session client(connector);
    auto answered = client.post("http://a.test/", "x");
    EXPECT_EQ(answered.read_all(), "GET");
    EXPECT_EQ(answered.where().target(), "/end");
    ASSERT_EQ(answered.history().size(), 2U);
    EXPECT_EQ(answered.history()[1].where.target(), "/2");
    EXPECT_EQ(connector.opened(), 1U);
}

// H07.
FIBER_TEST_F(Redirect, EndsAfterTen) {
    int requests = 0;
    memory_connector connector(serve([&](request&, response& answered) {
        ++requests;
        answered.status = 302;
        answered.headers.add("Location", "/");
    }));
    session client(connector);
    EXPECT_EQ(error_of([&] { (void)client.get("http://a.test/"); })->code(),
              errc::too_many_redirects);
    EXPECT_EQ(requests, 11);
}

FIBER_TEST_F(Redirect, WithoutLocationIsAResponse) {
    memory_connector connector(serve([](request&, response& answered) { answered.status = 302; }));
    session client(connector);
    EXPECT_EQ(client.get("http://a.test/").status(), 302U);
}

FIBER_TEST_F(Redirect, StaysUnfollowedOnDemand) {
    memory_connector connector(serve([](request&, response& answered) {
        answered.status = 302;
        answered.headers.add("Location", "/x");
    }));
    session client(connector);
    EXPECT_EQ(client.send({.where = "http://a.test/", .follow_redirects = false}).status(), 302U);
}

FIBER_TEST_F(Redirect, StripsTheFieldsOfTheSessionToo) {
    bool leaked = false;
    memory_connector connector(serve([&](request& asked_for, response& answered) {
        if (asked_for.headers.find("Host") == "a.test") {
            answered.status = 302;
            answered.headers.add("Location", "http://b.test/");
        } else {
            leaked = asked_for.headers.contains("Authorization");
        }
    }));
    session client(connector, {.headers = {{"Authorization", "secret"}}});
    EXPECT_EQ(client.get("http://a.test/").status(), 200U);
    EXPECT_FALSE(leaked);
}

}  // namespace
}  // namespace weft::http::test
