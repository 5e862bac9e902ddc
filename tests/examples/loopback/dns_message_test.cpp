// SPDX-License-Identifier: BSL-1.0
#include "loopback/dns_message.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace loopback::dns {
namespace {

using namespace std::string_literals;

std::string text_of(const std::vector<std::byte>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::optional<query> decode(const std::string& bytes) {
    return decode_query(std::as_bytes(std::span(bytes)));
}

const query asked{7, "alpha.test", record_type::aaaa, "AlphA.test"};

TEST(DnsQuery, SurvivesItsWireForm) {
    EXPECT_EQ(decode_query(encode(asked)), asked);
}

TEST(DnsQuery, IsNotFoundInOtherBytes) {
    const auto whole = text_of(encode(asked));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_EQ(decode(whole.substr(0, size)), std::nullopt) << size << " bytes";
    }
    auto answer = whole;
    answer[2] = '\x80';
    EXPECT_EQ(decode(answer), std::nullopt);
    auto two_questions = whole;
    two_questions[5] = '\2';
    EXPECT_EQ(decode(two_questions), std::nullopt);
    auto pointer = whole;
    pointer[12] = '\xc0';
    EXPECT_EQ(decode(pointer), std::nullopt);
}

TEST(DnsResponse, IsWrittenAsTheStandardSays) {
    const response answer{asked,
                          response_code::no_error,
                          false,
                          {{"alpha.test", record_type::cname, 60, "b.test"},
                           {"b.test", record_type::a, 0x10000, "127.0.0.1"}}};
    EXPECT_EQ(text_of(encode(answer)),
              "\0\7\x85\x80\0\1\0\2\0\0\0\0"
              "\5AlphA\4test\0\0\x1c\0\1"
              "\5alpha\4test\0\0\5\0\1\0\0\0\x3c\0\x08\1b\4test\0"
              "\1b\4test\0\0\1\0\1\0\1\0\0\0\4\x7f\0\0\1"s);
}

TEST(DnsResponse, CarriesItsCodeAndTruncation) {
    const auto failed = text_of(encode(response{asked, response_code::name_error, true, {}}));
    EXPECT_EQ(failed.substr(0, 4), "\0\7\x87\x83"s);
}

TEST(DnsResponse, RefusesWhatCannotBeWritten) {
    const auto with = [](record added) {
        return response{asked, response_code::no_error, false, {std::move(added)}};
    };
    EXPECT_THROW((void)encode(with({"a.test", record_type::a, 1, "::1"})), std::invalid_argument);
    EXPECT_THROW((void)encode(with({"a..test", record_type::a, 1, "127.0.0.1"})),
                 std::invalid_argument);
    EXPECT_THROW((void)encode(with({std::string(64, 'x'), record_type::a, 1, "127.0.0.1"})),
                 std::invalid_argument);
    EXPECT_THROW((void)encode(with({"a.test", record_type::txt, 1, "words"})),
                 std::invalid_argument);
}

}  // namespace
}  // namespace loopback::dns
