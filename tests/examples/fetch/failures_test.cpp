// SPDX-License-Identifier: BSL-1.0
//
// Every way in which a fetch fails has words of its own. Reliability scenarios 34 and 35.
#include "fetch/fetch_output.hpp"
#include "loopback/certificates.hpp"
#include "support/breaking_server.hpp"
#include "support/dnsmasq.hpp"
#include "support/nginx.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace weft::test {
namespace {

const loopback::certificate_authority& authority() {
    static const loopback::certificate_authority made;
    return made;
}

std::vector<nginx_site> sites() {
    using loopback::validity;
    const loopback::certificate_authority stranger("an authority nobody trusts");
    return {{"good.test", authority().issue({.host_names = {"good.test"}})},
            {"wrong.test", authority().issue({.host_names = {"other.test"}})},
            {"expired.test",
             authority().issue({.host_names = {"expired.test"}, .valid = validity::expired})},
            {"untrusted.test", stranger.issue({.host_names = {"untrusted.test"}})}};
}

/// Servers, each of which does something else wrong.
class FetchFailure : public ::testing::Test {
protected:
    /// The error that fetch prints for `url`; it must fail.
    std::string error_of(const std::string& url, const std::vector<std::string>& more = {}) {
        std::vector<std::string> arguments{"--json", "--dns", dns_.address(), "--cacert", trusted_};
        arguments.insert(arguments.end(), more.begin(), more.end());
        arguments.push_back(url);
        auto fetch = start_fetch(arguments);
        EXPECT_EQ(fetch.wait(), 1) << fetch.output();
        return json_value(fetch.output(), "error");
    }

    std::string error_of_site(const std::string& name) {
        return error_of("https://" + name + ":" + std::to_string(web_.port()) + "/");
    }

    static bool contains(const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    }

    temporary_directory folder_;
    std::string trusted_ = folder_.write("authority.pem", authority().certificate_pem());
    nginx web_{sites(), folder_.path()};
    dnsmasq dns_{{"good.test", "wrong.test", "expired.test", "untrusted.test"}};
};

TEST_F(FetchFailure, NamesTheFaultOfACertificate) {
    const auto wrong = error_of_site("wrong.test");
    const auto expired = error_of_site("expired.test");
    const auto untrusted = error_of_site("untrusted.test");
    EXPECT_TRUE(contains(wrong, "wrong.test")) << wrong;
    EXPECT_TRUE(contains(expired, "expired")) << expired;
    EXPECT_EQ(std::set<std::string>({wrong, expired, untrusted}).size(), 3U);
    for (const auto& error : {wrong, expired, untrusted}) {
        EXPECT_TRUE(contains(error, "certificate")) << error;
    }
}

TEST_F(FetchFailure, NamesTheHostThatDoesNotExist) {
    const auto missing = error_of_site("missing.test");
    EXPECT_TRUE(contains(missing, "missing.test")) << missing;
    EXPECT_FALSE(contains(missing, "certificate")) << missing;
}

TEST_F(FetchFailure, NamesTheRefusedPort) {
    const auto refused = error_of("https://good.test:" + std::to_string(free_port()) + "/");
    EXPECT_TRUE(contains(refused, "refused")) << refused;
}

TEST_F(FetchFailure, TellsAResetFromAnEarlyEndOfTheBody) {
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
    breaking_server resetting(head + "some of it", breaking_server::farewell::reset);
    breaking_server ending(head + "some of it", breaking_server::farewell::end);
    const auto reset = error_of(resetting.url());
    const auto early = error_of(ending.url());
    EXPECT_TRUE(contains(reset, "reset")) << reset;
    EXPECT_FALSE(contains(early, "reset")) << early;
    EXPECT_FALSE(early.empty());
}

TEST_F(FetchFailure, TellsThatNothingCameInTime) {
    breaking_server silent("", breaking_server::farewell::none);
    const auto late = error_of(silent.url(), {"--timeout", "0.2"});
    EXPECT_TRUE(contains(late, "time")) << late;
}

TEST_F(FetchFailure, CountsAStatusOf404) {
    const auto base = "https://good.test:" + std::to_string(web_.port());
    EXPECT_TRUE(contains(error_of(base + "/missing"), "status 404"));
}

TEST_F(FetchFailure, LeavesTheOtherUrlsAlone) {
    folder_.write("index.html", "hello");
    const auto base = ":" + std::to_string(web_.port()) + "/";
    auto fetch = start_fetch({"--json", "--dns", dns_.address(), "--cacert", trusted_,
                              "https://expired.test" + base, "https://good.test" + base});
    EXPECT_EQ(fetch.wait(), 1);
    EXPECT_EQ(occurrences(fetch.output(), "\"error\": null"), 1U) << fetch.output();
}

}  // namespace
}  // namespace weft::test
