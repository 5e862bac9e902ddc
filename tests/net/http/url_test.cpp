// SPDX-License-Identifier: BSL-1.0
#include <weft/http/url.hpp>

#include <weft/http/error.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace weft::http {
namespace {

using namespace std::string_view_literals;

TEST(Url, IsTakenApart) {
    const url parsed("https://Example.COM:8443/a/b?c=d#e");
    EXPECT_EQ(parsed.scheme(), "https");
    EXPECT_EQ(parsed.host(), "example.com");
    EXPECT_EQ(parsed.port(), 8443);
    EXPECT_EQ(parsed.target(), "/a/b?c=d");
    EXPECT_EQ(parsed.authority(), "example.com:8443");
    EXPECT_EQ(parsed.str(), "https://example.com:8443/a/b?c=d");
}

TEST(Url, HasDefaults) {
    EXPECT_EQ(url("http://a").target(), "/");
    EXPECT_EQ(url("http://a").port(), 80);
    EXPECT_EQ(url("https://a:").port(), 443);
    EXPECT_EQ(url("http://a?b").target(), "/?b");
    EXPECT_EQ(url("http://a:80/").authority(), "a");
}

TEST(Url, TakesLiteralAddresses) {
    EXPECT_EQ(url("http://127.0.0.1/").host(), "127.0.0.1");
    EXPECT_EQ(url("http://[::1]:8080/").host(), "::1");
    EXPECT_EQ(url("http://[::1]:8080/").authority(), "[::1]:8080");
}

// Boost.URL 1.81 took the host of the first for 127.0.0.1.
TEST(Url, TakesNamesThatBeginLikeAnAddress) {
    EXPECT_EQ(url("http://127.0.0.1.example/").host(), "127.0.0.1.example");
    EXPECT_EQ(url("http://1.2.3.4.5a/").host(), "1.2.3.4.5a");
}

class BadUrl : public ::testing::TestWithParam<std::string_view> {};

// C.1 and C.3 (3.14.1): non-canonical IPv4 forms are refused.
TEST_P(BadUrl, IsRefused) {
    try {
        const url parsed(GetParam());
        FAIL() << "accepted as " << parsed.str();
    } catch (const error& refusal) {
        EXPECT_EQ(refusal.code(), errc::invalid_url);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadUrl,
    ::testing::Values("", "a", "/a", "//a/b", "http:", "http:///a", "http://:80/", "ftp://a/",
                      "file:///etc/passwd", "http://a b/", "http://a/b c", "http://u:p@a/",
                      "http://u@a/", "http://a:80:80/", "http://[::1]x/", "http://a/%zz",
                      "http://a\\b/", "http://a:0/", "http://a:65536/", "http://a:b/",
                      "http://a:99999999999999999999/", "http://127.1/", "http://2130706433/",
                      "http://0x7f000001/", "http://0177.0.0.1/", "http://0x7f.0.0.1/",
                      "http://127.0.0.1./", "http://1.2.3.4.5/", "http://256.0.0.1/",
                      "http://[::1/", "http://[::g]/", "http://a%41/", "http://\xc3\xa9/",
                      "http://a..b/", "http://.a/", "http://a/\r\nX: y", "http://a/\0"sv,
                      "http://a\t/", " http://a/", "javascript:alert(1)"));

TEST(Url, ResolvesReferences) {
    const url base("https://a.test/b/c?d");
    EXPECT_EQ(base.resolve("e").str(), "https://a.test/b/e");
    EXPECT_EQ(base.resolve("/e?f").str(), "https://a.test/e?f");
    EXPECT_EQ(base.resolve("../../e").str(), "https://a.test/e");
    EXPECT_EQ(base.resolve("./e/./f/..").str(), "https://a.test/b/e/");
    EXPECT_EQ(base.resolve("..").str(), "https://a.test/");
    EXPECT_EQ(base.resolve("").str(), "https://a.test/b/c?d");
    EXPECT_EQ(base.resolve("?e").str(), "https://a.test/b/c?e");
    EXPECT_EQ(base.resolve("http://x.test/").str(), "http://x.test/");
    EXPECT_EQ(base.resolve("/e#f").str(), "https://a.test/e");
}

// C.3, CVE-2021-21330: two slashes lead to another host, and are seen as such.
TEST(Url, ResolvesTwoSlashesToAnotherOrigin) {
    const url base("https://a.test/");
    EXPECT_EQ(base.resolve("//evil.test/x").host(), "evil.test");
    EXPECT_FALSE(base.same_origin(base.resolve("//evil.test/x")));
}

TEST(Url, EncodesStrayCharactersOfAReference) {
    EXPECT_EQ(url("http://a/").resolve("/b c\xc3\xa9").target(), "/b%20c%C3%A9");
    EXPECT_THROW((void)url("http://a/").resolve("/b\r\nc"), error);
}

TEST(Url, KnowsItsOrigin) {
    const url here("http://a/x");
    EXPECT_TRUE(here.same_origin("http://A:80/y"));
    EXPECT_FALSE(here.same_origin("https://a/x"));
    EXPECT_FALSE(here.same_origin("http://a:81/x"));
    EXPECT_FALSE(here.same_origin("http://b/x"));
}

}  // namespace
}  // namespace weft::http
