// SPDX-License-Identifier: BSL-1.0
#include "http/content_decoder.hpp"

#include "client_harness.hpp"
#include "support/runtime_test.hpp"

#include <brotli/encode.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace weft::http::test {
namespace {

std::string deflate(std::string_view text, int format) {
    ::z_stream state{};
    ::deflateInit2(&state, 9, Z_DEFLATED, format, 9, Z_DEFAULT_STRATEGY);
    std::string packed(::deflateBound(&state, text.size()) + 100, '\0');
    state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    state.avail_in = static_cast<uInt>(text.size());
    state.next_out = reinterpret_cast<Bytef*>(packed.data());
    state.avail_out = static_cast<uInt>(packed.size());
    ::deflate(&state, Z_FINISH);
    packed.resize(state.total_out);
    ::deflateEnd(&state);
    return packed;
}

std::string gzip(std::string_view text) {
    return deflate(text, 15 + 16);
}

std::string brotli(std::string_view text) {
    std::size_t size = ::BrotliEncoderMaxCompressedSize(text.size());
    std::string packed(size, '\0');
    ::BrotliEncoderCompress(5, 22, BROTLI_MODE_GENERIC, text.size(),
                            reinterpret_cast<const std::uint8_t*>(text.data()), &size,
                            reinterpret_cast<std::uint8_t*>(packed.data()));
    packed.resize(size);
    return packed;
}

// Decodes `packed`, given `step` bytes at a time; empty text and false if it is incomplete.
std::pair<std::string, bool> decode(std::string_view coding, std::string_view packed,
                                    std::size_t step) {
    const auto decoder = make_decoder(coding);
    std::string text;
    std::array<char, 7> out;
    for (std::size_t at = 0; at < packed.size(); at += step) {
        auto input = packed.substr(at, step);
        while (const auto count = decoder->decode(input, out)) {
            text.append(out.data(), count);
        }
    }
    return {text, decoder->complete()};
}

const std::string& sample() {
    static const std::string text = [] {
        std::string made;
        for (int i = 0; i < 2'000; ++i) {
            made += std::to_string(i * i);
        }
        return made;
    }();
    return text;
}

using ContentDecoder = weft::test::runtime_test;

// H09.
TEST_F(ContentDecoder, DecodesEveryCodingHoweverItArrives) {
    const std::array<std::pair<std::string_view, std::string>, 5> inputs = {{
        {"gzip", gzip(sample())},
        {"X-GZIP", gzip(sample())},
        {"deflate", deflate(sample(), 15)},
        {"deflate", deflate(sample(), -15)},
        {"br", brotli(sample())},
    }};
    for (const auto& [coding, packed] : inputs) {
        for (const std::size_t step : {std::size_t{1}, std::size_t{2}, packed.size()}) {
            const auto [text, complete] = decode(coding, packed, step);
            EXPECT_EQ(text, sample()) << coding << " in steps of " << step;
            EXPECT_TRUE(complete);
        }
    }
}

// H09.
TEST_F(ContentDecoder, DecodesSeveralMembers) {
    const auto packed = gzip("one ") + gzip("") + gzip("two") + std::string(10, '\0');
    for (const std::size_t step : {std::size_t{1}, packed.size()}) {
        EXPECT_EQ(decode("gzip", packed, step).first, "one two");
    }
}

// C.3, #13362: a flood of empty members costs no more than its bytes.
TEST_F(ContentDecoder, TakesManyEmptyMembers) {
    std::string packed;
    const auto member = gzip("");
    for (int i = 0; i < 20'000; ++i) {
        packed += member;
    }
    EXPECT_EQ(decode("gzip", packed, packed.size()).first, "");
}

TEST_F(ContentDecoder, RefusesGarbage) {
    for (const auto* coding : {"gzip", "br", "deflate"}) {
        EXPECT_EQ(error_of([&] { decode(coding, "\xff\xff\xff\xff\xff\xff nonsense", 1); })->code(),
                  errc::bad_content_coding)
            << coding;
    }
    EXPECT_TRUE(error_of([&] { decode("gzip", gzip("x") + "garbage", 1); }));
    EXPECT_TRUE(error_of([&] { decode("br", brotli("x") + "garbage", 1); }));
}

TEST_F(ContentDecoder, KnowsWhenMoreMustCome) {
    for (const auto& [coding, packed] :
         {std::pair{"gzip", gzip(sample())}, std::pair{"br", brotli(sample())}}) {
        EXPECT_FALSE(decode(coding, packed.substr(0, packed.size() - 1), 100).second);
    }
}

TEST_F(ContentDecoder, DoesNotExistForOtherCodings) {
    EXPECT_EQ(make_decoder("identity"), nullptr);
    EXPECT_EQ(make_decoder("zstd"), nullptr);
}

memory_connector::peer answer_coded(std::string coding, std::string body) {
    return serve([=](request& asked, response& answered) {
        EXPECT_EQ(asked.headers.find("Accept-Encoding"), "gzip, deflate, br");
        answered.headers.add("Content-Encoding", coding);
        answered.body = body;
    });
}

// H09.
FIBER_TEST_F(ContentDecoder, IsUsedForResponses) {
    for (const auto& [coding, packed] :
         {std::pair{"gzip", gzip(sample())}, std::pair{"deflate", deflate(sample(), 15)},
          std::pair{"br", brotli(sample())}}) {
        memory_connector connector(answer_coded(coding, packed));
        session client(connector);
        auto answered = client.get("http://a.test/");
        EXPECT_EQ(answered.content_length(), packed.size());
        EXPECT_EQ(answered.read_all(), sample());
        EXPECT_EQ(client.idle_connections(), 1U);
    }
}

FIBER_TEST_F(ContentDecoder, IsNotUsedOnDemand) {
    memory_connector connector(serve([](request& asked, response& answered) {
        EXPECT_FALSE(asked.headers.contains("Accept-Encoding"));
        answered.headers.add("Content-Encoding", "gzip");
        answered.body = gzip("x");
    }));
    session client(connector, {.decode = false});
    EXPECT_EQ(client.get("http://a.test/").read_all(), gzip("x"));
}

FIBER_TEST_F(ContentDecoder, TellsThatTheDataIsIncomplete) {
    auto packed = gzip(sample());
    packed.pop_back();
    memory_connector connector(answer_coded("gzip", packed));
    session client(connector);
    auto answered = client.get("http://a.test/");
    EXPECT_EQ(error_of([&] { answered.read_all(); })->code(), errc::bad_content_coding);
}

// H09; C.3, CVE-2025-69223: memory is bounded by what the reader asks for.
FIBER_TEST_F(ContentDecoder, BoundsABomb) {
    may_compute();
    memory_connector connector(answer_coded("gzip", gzip(std::string(50'000'000, '\0'))));
    session client(connector);
    auto answered = client.get("http://a.test/");
    EXPECT_EQ(error_of([&] { answered.read_all(1'000'000); })->code(), errc::body_too_large);
    EXPECT_EQ(client.open_connections(), 0U);
}

}  // namespace
}  // namespace weft::http::test
