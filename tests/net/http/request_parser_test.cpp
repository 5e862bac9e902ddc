// SPDX-License-Identifier: BSL-1.0
#include "http/request_parser.hpp"

#include <weft/http/error.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace weft::http {
namespace {

using namespace std::string_view_literals;

struct parsed_request {
    std::size_t used = 0;
    std::optional<errc> refused;
    request parsed;
    request_traits traits;
};

// Shows the parser ever more of `text`, `step` bytes at a time, until it has made up its mind.
parsed_request feed_request(std::string_view text, std::size_t step, const limits& most = {}) {
    parsed_request result;
    request_parser parser(most);
    try {
        for (std::size_t shown = 0; result.used == 0 && shown < text.size();) {
            shown = std::min(text.size(), shown + step);
            result.used = parser.parse(text.substr(0, shown), result.parsed, result.traits);
        }
    } catch (const error& refusal) {
        result.refused = static_cast<errc>(refusal.code().value());
    }
    return result;
}

struct bad_request {
    const char* what;
    std::string_view text;
    errc expected;
};

void PrintTo(const bad_request& shown, std::ostream* out) {
    *out << shown.what;
}

class BadRequest : public ::testing::TestWithParam<bad_request> {};

// Scenarios 21, 23, 25; C.3: CVE-2023-47641, CVE-2023-37276, GHSA-pjjw-qhg8-p2p9, CVE-2023-47627,
// CVE-2024-23829, CVE-2025-69224, CVE-2026-34520, CVE-2026-34525, #13136.
TEST_P(BadRequest, IsRefusedHoweverItArrives) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}, GetParam().text.size()}) {
        const auto result = feed_request(GetParam().text, step);
        ASSERT_TRUE(result.refused.has_value()) << "in steps of " << step;
        EXPECT_EQ(*result.refused, GetParam().expected) << "in steps of " << step;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Framing, BadRequest,
    ::testing::Values(
        bad_request{"length and chunked",
                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n",
                    errc::conflicting_framing},
        bad_request{"different lengths",
                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
                    errc::bad_length},
        bad_request{"equal lengths",
                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
                    errc::bad_length},
        bad_request{"list of lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n",
                    errc::bad_length},
        bad_request{"positive sign", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n",
                    errc::bad_length},
        bad_request{"negative length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
                    errc::bad_length},
        bad_request{"underscore in length",
                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1_0\r\n\r\n", errc::bad_length},
        bad_request{"hexadecimal length",
                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n", errc::bad_length},
        bad_request{"length without digits",
                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \r\n\r\n", errc::bad_length},
        bad_request{"length beyond 64 bits",
                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
                    errc::bad_length},
        bad_request{"non-ASCII digits",
                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \xd9\xa5\r\n\r\n",
                    errc::bad_length},
        bad_request{"xchunked", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n",
                    errc::bad_transfer_encoding},
        bad_request{"chunked not last",
                    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n",
                    errc::bad_transfer_encoding},
        bad_request{"chunked twice",
                    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n",
                    errc::conflicting_framing},
        bad_request{"identity", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n",
                    errc::bad_transfer_encoding},
        bad_request{"another transfer coding",
                    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
                    errc::unsupported_coding},
        bad_request{"chunked with HTTP/1.0",
                    "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
                    errc::bad_transfer_encoding}));

INSTANTIATE_TEST_SUITE_P(
    Lines, BadRequest,
    ::testing::Values(
        bad_request{"bare LF behind the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n",
                    errc::bad_line_ending},
        bad_request{"bare LF behind a field", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n",
                    errc::bad_line_ending},
        bad_request{"bare LF at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n", errc::bad_line_ending},
        bad_request{"folded field", "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n",
                    errc::bad_line_ending},
        bad_request{"folded by a tab", "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n\tz\r\n\r\n",
                    errc::bad_line_ending},
        bad_request{"blank before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
                    errc::bad_line_ending},
        bad_request{"blank before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
                    errc::bad_field},
        bad_request{"no colon", "GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n", errc::bad_field},
        bad_request{"empty name", "GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n", errc::bad_field},
        bad_request{"NUL in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: y\0z\r\n\r\n"sv,
                    errc::bad_field},
        bad_request{"CR in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: y\rz\r\n\r\n",
                    errc::bad_line_ending},
        bad_request{"control character in a value",
                    "GET / HTTP/1.1\r\nHost: a\r\nX: y\x01z\r\n\r\n", errc::bad_field},
        bad_request{"DEL in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: y\x7fz\r\n\r\n",
                    errc::bad_field},
        bad_request{"non-ASCII letter in a name",
                    "GET / HTTP/1.1\r\nHost: a\r\nX\xc3\xa9: y\r\n\r\n", errc::bad_field}));

INSTANTIATE_TEST_SUITE_P(
    StartLine, BadRequest,
    ::testing::Values(
        bad_request{"HTTP/0.9", "GET /\r\n", errc::bad_start_line},
        bad_request{"HTTP/9.9", "GET / HTTP/9.9\r\n", errc::unsupported_version},
        bad_request{"HTTP/2.0", "GET / HTTP/2.0\r\n", errc::unsupported_version},
        bad_request{"HTTP/1.10", "GET / HTTP/1.10\r\n", errc::bad_start_line},
        bad_request{"lower-case version", "GET / http/1.1\r\n", errc::bad_start_line},
        bad_request{"two blanks", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", errc::bad_target},
        bad_request{"TLS hello", "\x16\x03\x01\x02\x00\x01", errc::bad_start_line},
        bad_request{"two empty lines", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
                    errc::bad_start_line},
        bad_request{"no method", " / HTTP/1.1\r\nHost: a\r\n\r\n", errc::bad_start_line},
        bad_request{"bracket in the method", "G[T / HTTP/1.1\r\nHost: a\r\n\r\n",
                    errc::bad_start_line},
        bad_request{"relative target", "GET x HTTP/1.1\r\nHost: a\r\n\r\n", errc::bad_target},
        bad_request{"fragment in the target", "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n",
                    errc::bad_target},
        bad_request{"asterisk for GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", errc::bad_target},
        bad_request{"non-ASCII target", "GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n",
                    errc::bad_target},
        bad_request{"other scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", errc::bad_target}));

INSTANTIATE_TEST_SUITE_P(
    Host, BadRequest,
    ::testing::Values(
        bad_request{"missing", "GET / HTTP/1.1\r\nX: y\r\n\r\n", errc::bad_host},
        bad_request{"no fields", "GET / HTTP/1.1\r\n\r\n", errc::bad_host},
        bad_request{"twice", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", errc::bad_host},
        bad_request{"empty", "GET / HTTP/1.1\r\nHost:\r\n\r\n", errc::bad_host},
        bad_request{"with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", errc::bad_host},
        bad_request{"with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", errc::bad_host},
        bad_request{"with a list", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", errc::bad_host},
        bad_request{"with a bad port", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", errc::bad_host},
        bad_request{"open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", errc::bad_host}));

struct good_request {
    std::string_view text;
    std::string_view method;
    std::string_view target;
    std::size_t fields;
    body_kind body;
    bool keep_alive;
};

void PrintTo(const good_request& shown, std::ostream* out) {
    *out << shown.text;
}

class GoodRequest : public ::testing::TestWithParam<good_request> {};

TEST_P(GoodRequest, IsParsedHoweverItArrives) {
    const auto& expected = GetParam();
    for (const std::size_t step : {std::size_t{1}, std::size_t{5}, expected.text.size()}) {
        const auto result = feed_request(expected.text, step);
        ASSERT_FALSE(result.refused.has_value()) << make_error_code(*result.refused).message();
        EXPECT_EQ(result.used, expected.text.size());
        EXPECT_EQ(result.parsed.method, expected.method);
        EXPECT_EQ(result.parsed.target, expected.target);
        EXPECT_EQ(result.parsed.headers.size(), expected.fields);
        EXPECT_EQ(result.traits.body.kind, expected.body);
        EXPECT_EQ(result.traits.keep_alive, expected.keep_alive);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Table, GoodRequest,
    ::testing::Values(
        good_request{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET", "/", 1, body_kind::none, true},
        good_request{"\r\nGET /x?y=%20 HTTP/1.1\r\nhOsT: [::1]:80\r\n\r\n", "GET", "/x?y=%20", 1,
                     body_kind::none, true},
        good_request{"GET / HTTP/1.1\r\nHost: a:8080\r\nConnection: x, Close\r\n\r\n", "GET", "/",
                     2, body_kind::none, false},
        good_request{"GET / HTTP/1.0\r\n\r\n", "GET", "/", 0, body_kind::none, false},
        good_request{"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET", "/", 1,
                     body_kind::none, true},
        good_request{"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS", "*", 1, body_kind::none,
                     true},
        good_request{"GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n", "GET", "http://a/b", 1,
                     body_kind::none, true},
        good_request{"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", "CONNECT", "a:443", 1,
                     body_kind::none, true},
        good_request{"BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n", "BREW", "/pot", 1, body_kind::none,
                     true},
        good_request{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\t7 \r\n\r\n", "POST", "/", 2,
                     body_kind::length, true},
        good_request{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "POST", "/", 2,
                     body_kind::none, true},
        good_request{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n", "POST",
                     "/", 2, body_kind::chunked, true},
        // CVE-2026-69243: a request to upgrade frames its body like any other.
        good_request{"POST / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: upgrade\r\n"
                     "Content-Length: 3\r\n\r\n",
                     "POST", "/", 4, body_kind::length, true}));

TEST(RequestParser, LeavesWhatFollowsTheHead) {
    limits most;
    request_parser parser(most);
    request parsed;
    request_traits traits;
    const auto text = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n"sv;
    const auto used = parser.parse(text, parsed, traits);
    EXPECT_EQ(used, text.size() / 2);
    EXPECT_EQ(parser.parse(text.substr(used), parsed, traits), text.size() / 2);
    EXPECT_EQ(parsed.target, "/2");
}

// Scenario 23; CVE-2026-54277: the limit holds however the line is cut.
TEST(RequestParser, RefusesALongStartLineBeforeItEnds) {
    const auto text = "GET /" + std::string(64 * 1024, 'a');
    EXPECT_EQ(feed_request(text, text.size()).refused, errc::start_line_too_long);
    EXPECT_EQ(feed_request(text, 100).refused, errc::start_line_too_long);
}

// Scenario 23.
TEST(RequestParser, RefusesAnEndlessMethod) {
    EXPECT_EQ(feed_request(std::string(64 * 1024, 'A'), 1'000).refused, errc::start_line_too_long);
}

// Scenario 23; CVE-2026-22815.
TEST(RequestParser, RefusesTooManyFields) {
    std::string text = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (int i = 0; i < 10'000; ++i) {
        text += "a: b\r\n";
    }
    EXPECT_EQ(feed_request(text, text.size()).refused, errc::head_too_large);
    EXPECT_EQ(feed_request(text, 6).refused, errc::head_too_large);
}

TEST(RequestParser, RefusesALongFieldBeforeItEnds) {
    const auto text = "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(10'000, 'x');
    EXPECT_EQ(feed_request(text, 1'000).refused, errc::head_too_large);
}

TEST(RequestParser, RefusesALongHead) {
    std::string text = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (int i = 0; i < 40; ++i) {
        text += "X: " + std::string(1'000, 'x') + "\r\n";
    }
    EXPECT_EQ(feed_request(text, 1'000).refused, errc::head_too_large);
}

TEST(RequestParser, AcceptsAsManyFieldsAsAllowed) {
    std::string text = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (int i = 0; i < 127; ++i) {
        text += "a: b\r\n";
    }
    EXPECT_EQ(feed_request(text + "\r\n", 64).parsed.headers.size(), 128U);
}

TEST(RequestParser, TellsExpectations) {
    const auto known =
        feed_request("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n\r\n", 100);
    EXPECT_TRUE(known.traits.expects_continue);
    const auto unknown = feed_request("POST / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n", 100);
    EXPECT_TRUE(unknown.traits.unknown_expectation);
    EXPECT_FALSE(unknown.traits.expects_continue);
}

}  // namespace
}  // namespace weft::http
