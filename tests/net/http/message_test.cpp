// SPDX-License-Identifier: BSL-1.0
#include <weft/http/message.hpp>

#include <gtest/gtest.h>

namespace weft::http {
namespace {

TEST(Message, PathEndsBeforeTheQuery) {
    request asked;
    asked.target = "/a/b?c=d?e";
    EXPECT_EQ(asked.path(), "/a/b");
}

TEST(Message, ClearedResponseIsAnEmpty200) {
    response answered;
    answered.status = 404;
    answered.headers.add("A", "b");
    answered.body = "x";
    answered.clear();
    EXPECT_EQ(answered.status, 200U);
    EXPECT_TRUE(answered.headers.empty());
    EXPECT_TRUE(answered.body.empty());
}

TEST(Message, KnowsTheUsualPhrases) {
    EXPECT_EQ(reason_phrase(200), "OK");
    EXPECT_EQ(reason_phrase(505), "HTTP Version Not Supported");
    EXPECT_EQ(reason_phrase(299), "");
}

}  // namespace
}  // namespace weft::http
