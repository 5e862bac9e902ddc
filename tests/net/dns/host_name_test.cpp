// SPDX-License-Identifier: BSL-1.0
#include "dns/host_name.hpp"

#include <weft/net/error.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weft::net::dns {
namespace {

using names = std::vector<std::string>;

std::string dots_of(std::size_t size) {
    std::string name;
    while (name.size() + 2 <= size) {
        name += "a.";
    }
    name.resize(size, 'a');
    return name;
}

TEST(HostName, BecomesLowerCaseWithoutItsFinalDot) {
    const auto relative = parse_host_name("Example.ORG");
    EXPECT_EQ(relative.text, "example.org");
    EXPECT_FALSE(relative.absolute);
    const auto absolute = parse_host_name("a_b-c.test.");
    EXPECT_EQ(absolute.text, "a_b-c.test");
    EXPECT_TRUE(absolute.absolute);
}

// Scenario 37: 255 bytes on the wire are 253 of text.
TEST(HostName, MayBeAsLongAsTheWireAllows) {
    EXPECT_EQ(parse_host_name(dots_of(253)).text.size(), 253U);
    EXPECT_EQ(parse_host_name(dots_of(253) + '.').text.size(), 253U);
    EXPECT_THROW((void)parse_host_name(dots_of(253) + 'a'), error);
    EXPECT_EQ(parse_host_name(std::string(63, 'a')).text.size(), 63U);
    EXPECT_THROW((void)parse_host_name(std::string(64, 'a')), error);
}

TEST(HostName, RefusesWhatIsNoName) {
    for (const char* text :
         {"", ".", "a..b", ".a", "a b", "a/b", "a:80", "[::1]", "a\tb", "b\xC3\xBC", "a..", "*"}) {
        EXPECT_THROW((void)parse_host_name(text), error) << text;
    }
    EXPECT_THROW((void)parse_host_name(std::string_view("a\0b", 3)), error);
}

// Names that inet_aton(3) would take for an address never reach a name server.
TEST(HostName, RefusesWhatLooksLikeAnAddress) {
    for (const char* text :
         {"127.1", "2130706433", "0177.0.0.1", "0x7f.1", "1.2.3.4.5", "a.0x1", "256.256.256.256"}) {
        EXPECT_THROW((void)parse_host_name(text), error) << text;
    }
    EXPECT_EQ(parse_host_name("1.2.3.4.in-addr.arpa").text, "1.2.3.4.in-addr.arpa");
    EXPECT_EQ(parse_host_name("3com").text, "3com");
}

TEST(HostName, NamesTheTextItRefuses) {
    try {
        (void)parse_host_name("no name");
        FAIL();
    } catch (const error& refused) {
        EXPECT_EQ(refused.code(), errc::invalid_name);
        EXPECT_NE(std::string(refused.what()).find("no name"), std::string::npos);
    }
}

TEST(HostName, KnowsLocalhost) {
    EXPECT_TRUE(is_localhost("localhost"));
    EXPECT_TRUE(is_localhost("a.localhost"));
    EXPECT_FALSE(is_localhost("notlocalhost"));
    EXPECT_FALSE(is_localhost("localhost.test"));
}

// Scenario 37
TEST(HostName, IsSearchedInDomainsBeforeOrAfterItself) {
    const names domains{"one.test", "two.test"};
    EXPECT_EQ(search_candidates({"www", false}, domains, 1),
              (names{"www.one.test", "www.two.test", "www"}));
    EXPECT_EQ(search_candidates({"www.sub", false}, domains, 1),
              (names{"www.sub", "www.sub.one.test", "www.sub.two.test"}));
    EXPECT_EQ(search_candidates({"www.sub", false}, domains, 2),
              (names{"www.sub.one.test", "www.sub.two.test", "www.sub"}));
    EXPECT_EQ(search_candidates({"www", true}, domains, 5), names{"www"});
    EXPECT_EQ(search_candidates({dots_of(250), false}, domains, 1), names{dots_of(250)});
}

}  // namespace
}  // namespace weft::net::dns
