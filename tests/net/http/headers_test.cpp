// SPDX-License-Identifier: BSL-1.0
#include <weft/http/headers.hpp>

#include <weft/http/error.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace weft::http {
namespace {

using namespace std::string_view_literals;

TEST(Headers, FindsNamesWithoutCase) {
    const headers fields{{"Content-Type", "text/plain"}, {"X-A", "1"}};
    EXPECT_EQ(fields.find("content-TYPE"), "text/plain");
    EXPECT_FALSE(fields.find("content").has_value());
    EXPECT_TRUE(fields.contains("x-a"));
}

TEST(Headers, KeepsOrderAndDuplicates) {
    const headers fields{{"A", "1"}, {"B", "2"}, {"a", "3"}};
    EXPECT_EQ(fields.find_all("A"), (std::vector<std::string_view>{"1", "3"}));
    EXPECT_EQ(fields.wire(), "A: 1\r\nB: 2\r\na: 3\r\n");
}

TEST(Headers, SetReplacesAllOfOneName) {
    headers fields{{"A", "1"}, {"B", "2"}, {"a", "3"}};
    fields.set("a", "4");
    EXPECT_EQ(fields.wire(), "B: 2\r\na: 4\r\n");
}

TEST(Headers, SetTakesAValueOfItsOwn) {
    headers fields{{"A", "1"}};
    fields.set("A", *fields.find("A"));
    EXPECT_EQ(fields.find("A"), "1");
}

TEST(Headers, EraseTellsHowMany) {
    headers fields{{"A", "1"}, {"B", "2"}, {"a", "3"}};
    EXPECT_EQ(fields.erase("A"), 2U);
    EXPECT_EQ(fields.erase("A"), 0U);
    EXPECT_EQ(fields.size(), 1U);
}

TEST(Headers, DropsBlanksAroundValues) {
    headers fields;
    fields.add("A", " \t1 2\t ");
    EXPECT_EQ(fields.find("A"), "1 2");
}

// C.3: CVE-2023-37276, CVE-2026-34520; rules for the codec: 0x00-08, 0x0A-1F, 0x7F.
TEST(Headers, RefuseBytesThatCouldEndAField) {
    headers fields;
    for (const auto value : {"a\rb"sv, "a\nb"sv, "a\0b"sv, "a\x01"sv, "\x1f"sv, "a\x7f"sv}) {
        EXPECT_THROW(fields.add("A", value), error);
    }
    for (const auto name : {""sv, "a b"sv, "a:"sv, "a\r\n"sv, "\xc3\xa9"sv, "a\0"sv}) {
        EXPECT_THROW(fields.add(name, "x"), error);
        EXPECT_THROW(fields.set(name, "x"), error);
    }
    EXPECT_TRUE(fields.empty());
}

TEST(Headers, AllowTabsAndBytesBeyondAscii) {
    headers fields;
    fields.add("A", "x\ty \xc3\xa9");
    EXPECT_EQ(fields.find("A"), "x\ty \xc3\xa9");
}

TEST(Headers, KnowItemsOfLists) {
    const headers fields{{"Connection", "te, Close"}, {"Connection", "x"}, {"Upgrade", "notchat"}};
    EXPECT_TRUE(fields.lists("connection", "close"));
    EXPECT_TRUE(fields.lists("connection", "x"));
    EXPECT_FALSE(fields.lists("Upgrade", "chat"));
}

TEST(Headers, CompareByContent) {
    EXPECT_EQ((headers{{"A", "b"}}), (headers{{"a", "b"}}));
    EXPECT_FALSE((headers{{"A", "b"}}) == (headers{{"A", "B"}}));
}

TEST(Headers, AreARangeOfFields) {
    std::string seen;
    for (const auto each : headers{{"A", "1"}, {"B", "2"}}) {
        seen.append(each.name).append(each.value);
    }
    EXPECT_EQ(seen, "A1B2");
}

}  // namespace
}  // namespace weft::http
