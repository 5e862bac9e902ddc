// SPDX-License-Identifier: BSL-1.0
#include <weft/net/address.hpp>

#include <weft/net/error.hpp>

#include <gtest/gtest.h>

#include <string>
#include <unordered_set>

namespace weft::net {
namespace {

TEST(Address, ReadsAndWritesIPv4) {
    const auto parsed = address::parse("192.0.2.7", 80);
    EXPECT_EQ(parsed.family(), family::v4);
    EXPECT_EQ(parsed.port(), 80);
    EXPECT_EQ(parsed.to_string(), "192.0.2.7:80");
    EXPECT_EQ(parsed, address::v4({192, 0, 2, 7}, 80));
}

TEST(Address, ReadsAndWritesIPv6) {
    const auto parsed = address::parse("2001:DB8:0::0:1", 443);
    EXPECT_EQ(parsed.family(), family::v6);
    EXPECT_EQ(parsed.host(), "2001:db8::1");
    EXPECT_EQ(parsed.to_string(), "[2001:db8::1]:443");
}

// Scenario 37: literals with a zone.
TEST(Address, ReadsZonesByNumberAndByName) {
    EXPECT_EQ(address::parse("fe80::1%7", 1).scope(), 7U);
    EXPECT_EQ(address::parse("fe80::1%lo", 1).to_string(), "[fe80::1%1]:1");
    EXPECT_FALSE(address::try_parse("fe80::1%no-such-interface", 1));
    EXPECT_FALSE(address::try_parse("fe80::1%", 1));
}

std::string refusal_of(std::string_view text) {
    try {
        return address::parse(text, 1).to_string();
    } catch (const error& refused) {
        return refused.what();
    }
}

// So that no name from outside can forge a line of a log.
TEST(Address, ShowsARefusedTextWithoutItsControlCharacters) {
    EXPECT_EQ(
        refusal_of(std::string_view("1.2.3.4\0\r\n\x7F\xC3", 12)),
        "address \"1.2.3.4\\x00\\x0d\\x0a\\x7f\\xc3\" is not an IP address: Invalid argument");
    const std::string long_text(255, 'a');
    EXPECT_EQ(refusal_of(long_text).find("..."), std::string::npos);
    EXPECT_NE(refusal_of(long_text + "b").find("aaa...\" is not"), std::string::npos);
}

// Spellings that inet_aton(3) takes for addresses, which lets a filter be bypassed.
TEST(Address, RefusesNonCanonicalIPv4) {
    for (const char* text :
         {"127.1", "2130706433", "0177.0.0.1", "0x7f.0.0.1", "127.0.0.01", "127.0.0.256",
          "127.0.0.1.", " 127.0.0.1", "127.0.0.1 ", "1.2.3", "1.2.3.4.5", "+1.2.3.4", ""}) {
        EXPECT_FALSE(address::try_parse(text, 1)) << text;
    }
}

TEST(Address, RefusesWhatIsNoAddress) {
    for (const char* text : {"localhost", "[::1]", "::1::", "1:2:3:4:5:6:7:8:9", "12345::"}) {
        EXPECT_FALSE(address::try_parse(text, 1)) << text;
    }
    EXPECT_FALSE(address::try_parse(std::string_view("127.0.0.1\0x", 11), 1));
}

TEST(Address, NamesTheTextItRefuses) {
    try {
        (void)address::parse("127.1", 80);
        FAIL();
    } catch (const error& refused) {
        EXPECT_EQ(refused.code(), std::errc::invalid_argument);
        EXPECT_NE(std::string(refused.what()).find("127.1"), std::string::npos);
    }
}

TEST(Address, ReadsEndpoints) {
    EXPECT_EQ(address::parse_endpoint("127.0.0.1:5353", 53).to_string(), "127.0.0.1:5353");
    EXPECT_EQ(address::parse_endpoint("127.0.0.1", 53).port(), 53);
    EXPECT_EQ(address::parse_endpoint("[::1]:5353", 53).to_string(), "[::1]:5353");
    EXPECT_EQ(address::parse_endpoint("[::1]", 53).port(), 53);
    EXPECT_EQ(address::parse_endpoint("::1", 53).to_string(), "[::1]:53");
    for (const char* text : {"127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "[::1", "[::1]x",
                             "[::1]:", ":53", "example.org:53", ""}) {
        EXPECT_THROW((void)address::parse_endpoint(text, 53), error) << text;
    }
}

TEST(Address, HoldsUnixPathsAndAbstractNames) {
    const auto path = address::unix_path("/run/weft.sock");
    EXPECT_EQ(path.family(), family::local);
    EXPECT_EQ(path.path(), "/run/weft.sock");
    EXPECT_EQ(path.to_string(), "unix:/run/weft.sock");
    EXPECT_EQ(path.port(), 0);

    const auto abstract = address::unix_abstract(std::string_view("a\0b", 3));
    EXPECT_TRUE(abstract.is_abstract());
    EXPECT_EQ(abstract.path(), std::string_view("a\0b", 3));
    EXPECT_NE(abstract, address::unix_abstract("a"));
}

TEST(Address, RefusesUnixPathsThatDoNotFit) {
    EXPECT_EQ(address::unix_path(std::string(107, 'x')).path().size(), 107U);
    EXPECT_THROW((void)address::unix_path(std::string(108, 'x')), error);
    EXPECT_THROW((void)address::unix_abstract(std::string(108, 'x')), error);
    EXPECT_THROW((void)address::unix_path(""), error);
    EXPECT_THROW((void)address::unix_path(std::string_view("a\0b", 3)), error);
}

TEST(Address, ChangesOnlyThePort) {
    EXPECT_EQ(address::parse("fe80::1%7", 1).with_port(2), address::parse("fe80::1%7", 2));
    EXPECT_EQ(address::loopback_v4(1).with_port(2), address::loopback_v4(2));
    EXPECT_EQ(address::unix_path("/x").with_port(2), address::unix_path("/x"));
}

TEST(Address, KnowsLoopback) {
    EXPECT_TRUE(address::loopback_v4(1).is_loopback());
    EXPECT_TRUE(address::parse("127.255.0.9", 1).is_loopback());
    EXPECT_TRUE(address::loopback_v6(1).is_loopback());
    EXPECT_FALSE(address::parse("128.0.0.1", 1).is_loopback());
    EXPECT_FALSE(address::parse("::", 1).is_loopback());
}

TEST(Address, ComparesAndHashesByValue) {
    const auto one = address::loopback_v4(1);
    EXPECT_NE(one, address::loopback_v4(2));
    EXPECT_NE(one, address::loopback_v6(1));
    EXPECT_TRUE(one < address::loopback_v4(2));
    const std::unordered_set<address> set{one, address::loopback_v4(1), address::loopback_v6(1)};
    EXPECT_EQ(set.size(), 2U);
}

TEST(Address, SurvivesTheWayThroughTheKernelsForm) {
    for (const auto& each : {address::loopback_v4(1), address::parse("fe80::1%7", 9),
                             address::unix_path("/x"), address::unix_abstract("y")}) {
        EXPECT_EQ(address::from_native(each.native(), each.native_size()), each);
    }
    EXPECT_EQ(address::from_native(nullptr, 0).family(), family::any);
    EXPECT_EQ(address().to_string(), "none");
}

}  // namespace
}  // namespace weft::net
