// SPDX-License-Identifier: BSL-1.0
#include "http/response_parser.hpp"

#include <weft/http/error.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace weft::http {
namespace {

using namespace std::string_view_literals;

struct parsed_response {
    std::size_t used = 0;
    std::optional<errc> refused;
    response parsed;
    response_traits traits;
};

parsed_response feed_response(std::string_view text, std::size_t step, bool to_head = false) {
    parsed_response result;
    limits most;
    response_parser parser(most);
    try {
        for (std::size_t shown = 0; result.used == 0 && shown < text.size();) {
            shown = std::min(text.size(), shown + step);
            result.used =
                parser.parse(text.substr(0, shown), to_head, result.parsed, result.traits);
        }
    } catch (const error& refusal) {
        result.refused = static_cast<errc>(refusal.code().value());
    }
    return result;
}

struct bad_response {
    const char* what;
    std::string_view text;
    errc expected;
};

void PrintTo(const bad_response& shown, std::ostream* out) {
    *out << shown.what;
}

class BadResponse : public ::testing::TestWithParam<bad_response> {};

// C.3: CVE-2023-37276, CVE-2026-22815, CVE-2026-34520 on the response side.
TEST_P(BadResponse, IsRefusedHoweverItArrives) {
    for (const std::size_t step : {std::size_t{1}, GetParam().text.size()}) {
        const auto result = feed_response(GetParam().text, step);
        ASSERT_TRUE(result.refused.has_value()) << "in steps of " << step;
        EXPECT_EQ(*result.refused, GetParam().expected) << "in steps of " << step;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadResponse,
    ::testing::Values(
        bad_response{"not HTTP", "SSH-2.0-x\r\n", errc::bad_start_line},
        bad_response{"TLS alert", "\x15\x03\x01\x00\x02\x02\x46"sv, errc::bad_start_line},
        bad_response{"bare LF", "HTTP/1.1 200 OK\nX: y\r\n\r\n", errc::bad_line_ending},
        bad_response{"letters in the status", "HTTP/1.1 2x0 OK\r\n\r\n", errc::bad_start_line},
        bad_response{"status below 100", "HTTP/1.1 099 OK\r\n\r\n", errc::bad_start_line},
        bad_response{"HTTP/2.0", "HTTP/2.0 200 OK\r\n\r\n", errc::bad_start_line},
        bad_response{"NUL in the reason", "HTTP/1.1 200 O\0K\r\n\r\n"sv, errc::bad_start_line},
        bad_response{"NUL in a value", "HTTP/1.1 200 OK\r\nX: \0\r\n\r\n"sv, errc::bad_field},
        bad_response{"CR in a value", "HTTP/1.1 200 OK\r\nX: y\rz\r\n\r\n", errc::bad_line_ending},
        bad_response{"blank before the colon", "HTTP/1.1 200 OK\r\nX : y\r\n\r\n", errc::bad_field},
        bad_response{"length and chunked",
                     "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
                     errc::conflicting_framing},
        bad_response{"different lengths",
                     "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
                     errc::bad_length},
        bad_response{"negative length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                     errc::bad_length}));

TEST(ResponseParser, ReadsStatusReasonAndFields) {
    const auto text = "HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\nX: y\r\n\r\n"sv;
    for (const std::size_t step : {std::size_t{1}, text.size()}) {
        const auto result = feed_response(text, step);
        ASSERT_EQ(result.used, text.size());
        EXPECT_EQ(result.parsed.status, 404U);
        EXPECT_EQ(result.parsed.reason, "Not Found");
        EXPECT_EQ(result.parsed.headers.find("x"), "y");
        EXPECT_EQ(result.traits.body.kind, body_kind::length);
        EXPECT_EQ(result.traits.body.length, 3U);
        EXPECT_TRUE(result.traits.keep_alive);
    }
}

TEST(ResponseParser, AcceptsAMissingReason) {
    EXPECT_EQ(feed_response("HTTP/1.1 200 \r\nX: y\r\n\r\n", 100).parsed.headers.find("X"), "y");
    EXPECT_EQ(feed_response("HTTP/1.1 200\r\nX: y\r\n\r\n", 100).parsed.headers.find("X"), "y");
    EXPECT_EQ(feed_response("HTTP/1.1 204\r\n\r\n", 1).parsed.status, 204U);
}

TEST(ResponseParser, UnfoldsAField) {
    EXPECT_EQ(feed_response("HTTP/1.1 200 OK\r\nX: a\r\n  b\r\n\r\n", 3).parsed.headers.find("X"),
              "a b");
}

TEST(ResponseParser, AcceptsARepeatedLength) {
    const auto twice =
        feed_response("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5, 5\r\n\r\n", 100);
    EXPECT_EQ(twice.traits.body.length, 5U);
}

TEST(ResponseParser, KnowsWhichResponsesHaveNoBody) {
    constexpr auto text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"sv;
    EXPECT_EQ(feed_response(text, 100, true).traits.body.kind, body_kind::none);
    EXPECT_EQ(feed_response("HTTP/1.1 204 x\r\nContent-Length: 5\r\n\r\n", 100).traits.body.kind,
              body_kind::none);
    EXPECT_EQ(feed_response("HTTP/1.1 304 x\r\nContent-Length: 5\r\n\r\n", 100).traits.body.kind,
              body_kind::none);
    EXPECT_EQ(feed_response("HTTP/1.1 100 Continue\r\n\r\n", 100).traits.body.kind,
              body_kind::none);
}

TEST(ResponseParser, ReadsToTheEndOfTheConnectionWithoutALength) {
    const auto result = feed_response("HTTP/1.1 200 OK\r\n\r\n", 100);
    EXPECT_EQ(result.traits.body.kind, body_kind::until_close);
    EXPECT_FALSE(result.traits.keep_alive);
}

TEST(ResponseParser, KnowsWhetherTheConnectionStays) {
    EXPECT_FALSE(
        feed_response("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 9)
            .traits.keep_alive);
    EXPECT_FALSE(
        feed_response("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", 9).traits.keep_alive);
    EXPECT_TRUE(
        feed_response("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n", 9)
            .traits.keep_alive);
}

TEST(ResponseParser, BoundsTheHead) {
    std::string text = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 1'000; ++i) {
        text += "a: b\r\n";
    }
    EXPECT_EQ(feed_response(text, 50).refused, errc::head_too_large);
}

}  // namespace
}  // namespace weft::http
