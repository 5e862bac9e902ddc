// SPDX-License-Identifier: BSL-1.0
#include "http/chunked_decoder.hpp"

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

struct outcome {
    std::string body;
    std::string_view left;
    bool done = false;
    std::optional<errc> refused;
};

outcome feed(std::string_view text, std::size_t step) {
    outcome result;
    limits most;
    chunked_decoder decoder(most);
    std::size_t begin = 0;
    try {
        for (std::size_t shown = 0; !decoder.done() && shown < text.size();) {
            shown = std::min(text.size(), shown + step);
            auto input = text.substr(begin, shown - begin);
            for (;;) {
                const auto piece = decoder.decode(input, 1'000);
                if (piece.empty()) {
                    break;
                }
                result.body += piece;
            }
            begin = shown - input.size();
        }
    } catch (const error& refusal) {
        result.refused = static_cast<errc>(refusal.code().value());
    }
    result.done = decoder.done();
    result.left = text.substr(begin);
    return result;
}

struct bad_chunks {
    const char* what;
    std::string text;
    errc expected = errc::bad_chunk;
};

void PrintTo(const bad_chunks& shown, std::ostream* out) {
    *out << shown.what;
}

class BadChunks : public ::testing::TestWithParam<bad_chunks> {};

// Scenario 22; C.3: CVE-2024-52304, CVE-2025-53643, CVE-2026-22815, 3.13.4 "chunk size != data".
TEST_P(BadChunks, AreRefusedHoweverTheyArrive) {
    for (const std::size_t step : {std::size_t{1}, GetParam().text.size()}) {
        const auto result = feed(GetParam().text, step);
        ASSERT_TRUE(result.refused.has_value()) << "in steps of " << step;
        EXPECT_EQ(*result.refused, GetParam().expected) << "in steps of " << step;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadChunks,
    ::testing::Values(
        bad_chunks{"prefix 0x", "0x5\r\nhello\r\n0\r\n\r\n"},
        bad_chunks{"positive sign", "+5\r\nhello\r\n0\r\n\r\n"},
        bad_chunks{"negative size", "-1\r\nhello\r\n0\r\n\r\n"},
        bad_chunks{"underscore", "1_0\r\nhello\r\n0\r\n\r\n"},
        bad_chunks{"blank before the size", " 5\r\nhello\r\n0\r\n\r\n"},
        bad_chunks{"blank behind the size", "5 \r\nhello\r\n0\r\n\r\n"},
        bad_chunks{"no size", "\r\nhello\r\n0\r\n\r\n"},
        bad_chunks{"17 digits", "00000000000000005\r\nhello\r\n0\r\n\r\n"},
        bad_chunks{"no CRLF behind the data", "5\r\nhello0\r\n\r\n"},
        bad_chunks{"data longer than the size", "5\r\nhello!\r\n0\r\n\r\n"},
        bad_chunks{"LF behind the size", "5\nhello\r\n0\r\n\r\n"},
        bad_chunks{"LF behind the data", "5\r\nhello\n0\r\n\r\n"},
        bad_chunks{"LF in the extension", "5;a\nb\r\nhello\r\n0\r\n\r\n"},
        bad_chunks{"CR in the extension", "5;a\rb\r\nhello\r\n0\r\n\r\n"},
        bad_chunks{"64 KiB of extension", "5;" + std::string(65'536, 'a')},
        bad_chunks{"LF behind the last chunk", "0\r\n\n", errc::bad_line_ending},
        bad_chunks{"trailer without a colon", "0\r\nnonsense\r\n\r\n", errc::bad_field},
        bad_chunks{"trailer with a blank", "0\r\nX : y\r\n\r\n", errc::bad_field},
        bad_chunks{"trailer with a CR", "0\r\nX: y\rZ: a\r\n\r\n", errc::bad_field},
        bad_chunks{"folded trailer", "0\r\nX: y\r\n z\r\n\r\n", errc::bad_line_ending},
        bad_chunks{"long trailer", "0\r\nX: " + std::string(10'000, 'y'), errc::head_too_large}));

TEST(ChunkedDecoder, TakesTheFramingOffHoweverItArrives) {
    const auto text = "5\r\nhello\r\nB;name=\"v\\\"\"\r\n, the world\r\n00\r\n\r\nGET"sv;
    for (const std::size_t step : {std::size_t{1}, std::size_t{3}, text.size()}) {
        const auto result = feed(text, step);
        EXPECT_FALSE(result.refused.has_value());
        EXPECT_TRUE(result.done);
        EXPECT_EQ(result.body, "hello, the world");
        EXPECT_TRUE("GET"sv.starts_with(result.left.substr(0, 3)));
    }
}

// CVE-2025-53643: trailers belong to this message; the next one begins behind them.
TEST(ChunkedDecoder, DropsTrailers) {
    const auto result = feed("0\r\nX: y\r\nContent-Length: 5\r\n\r\nGET", 100);
    EXPECT_TRUE(result.done);
    EXPECT_EQ(result.left, "GET");
}

// Scenario 22.
TEST(ChunkedDecoder, TakesTheLargestSizeWithoutOverflow) {
    const auto result = feed("ffffffffffffffff\r\nhello", 100);
    EXPECT_FALSE(result.refused.has_value());
    EXPECT_EQ(result.body, "hello");
}

TEST(ChunkedDecoder, BoundsTheNumberOfTrailers) {
    std::string text = "0\r\n";
    for (int i = 0; i < 1'000; ++i) {
        text += "a: b\r\n";
    }
    EXPECT_EQ(feed(text, 10).refused, errc::head_too_large);
}

TEST(ChunkedDecoder, CanBeUsedAgain) {
    limits most;
    chunked_decoder decoder(most);
    for (int i = 0; i < 2; ++i) {
        decoder.reset();
        auto input = "1\r\na\r\n0\r\n\r\n"sv;
        EXPECT_EQ(decoder.decode(input, 10), "a");
        EXPECT_EQ(decoder.decode(input, 10), "");
        EXPECT_TRUE(decoder.done());
    }
}

}  // namespace
}  // namespace weft::http
