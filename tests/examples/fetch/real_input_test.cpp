// SPDX-License-Identifier: BSL-1.0
//
// The main job on real input: 500 URLs of five names from nginx, by dnsmasq.
#include "fetch/real_input.hpp"

#include "fetch/fetch_output.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <set>
#include <string>
#include <vector>

namespace weft::test {
namespace {

constexpr std::size_t urls_in_all = 500;

child_process fetch_all(const real_input& input) {
    auto arguments = input.options();
    arguments.insert(arguments.end(), {"--concurrency", "50"});
    const auto urls = input.urls(urls_in_all / 100);
    arguments.insert(arguments.end(), urls.begin(), urls.end());
    return start_fetch(arguments);
}

/// Every URL was asked for once and gave the right body.
void expect_all_bodies(child_process& fetch, const real_input& input) {
    EXPECT_EQ(fetch.wait(), 0) << fetch.errors();
    auto lines = lines_of(fetch.output());
    ASSERT_EQ(lines.size(), urls_in_all + 1);
    EXPECT_NE(json_value(lines.back(), "total_s"), "");
    lines.pop_back();
    std::vector<std::string> fetched;
    for (const auto& line : lines) {
        const auto url = json_value(line, "url");
        const auto& body = input.body_of(url);
        EXPECT_EQ(json_value(line, "status"), "200") << line;
        EXPECT_EQ(json_value(line, "error"), "null") << line;
        EXPECT_EQ(json_value(line, "bytes"), std::to_string(body.bytes)) << line;
        EXPECT_EQ(json_value(line, "sha256"), body.sha256) << line;
        fetched.push_back(url);
    }
    auto wanted = input.urls(urls_in_all / 100);
    std::sort(wanted.begin(), wanted.end());
    std::sort(fetched.begin(), fetched.end());
    EXPECT_EQ(fetched, wanted);
}

/// Does something to the servers while fetch cannot run, so that it surely happens in between.
template <class Action>
void while_stopped(child_process& fetch, Action&& action) {
    ASSERT_TRUE(fetch.running());
    fetch.signal(SIGSTOP);
    action();
    fetch.signal(SIGCONT);
}

TEST(FetchFromRealServers, GetsEveryByteOfFiveHundredUrls) {
    const real_input input;
    auto fetch = fetch_all(input);
    expect_all_bodies(fetch, input);
    EXPECT_GE(occurrences(fetch.output(), "\"reused\": true"), 200U);
    EXPECT_EQ(fetch.errors(), "");
}

TEST(FetchFromRealServers, GetsEveryByteWhileTheWebServerReloads) {
    real_input input;
    auto fetch = fetch_all(input);
    for (const std::size_t ended : {20U, 100U, 200U}) {
        fetch.wait_for_output("\"url\"", ended);
        while_stopped(fetch, [&] { input.web().reload(); });
    }
    expect_all_bodies(fetch, input);
}

TEST(FetchFromRealServers, GetsEveryByteWhileTheNameServerRestarts) {
    real_input input;
    auto fetch = fetch_all(input);
    for (const auto& name : real_input::names()) {
        fetch.wait_for_output("//" + name);
    }
    while_stopped(fetch, [&] { input.dns().stop(); });
    fetch.wait_for_output("\"url\"", 200);
    input.dns().start();
    expect_all_bodies(fetch, input);
}

TEST(FetchFromRealServers, FailsWithoutNameServerAndRecovers) {
    real_input input;
    auto arguments = input.options();
    arguments.push_back(input.urls(1).front());
    input.dns().stop();
    auto without = start_fetch(arguments);
    EXPECT_EQ(without.wait(), 1);
    EXPECT_NE(json_value(without.output(), "error").find("name server"), std::string::npos)
        << without.output();
    input.dns().start();
    auto with = start_fetch(arguments);
    EXPECT_EQ(with.wait(), 0) << with.output();
}

}  // namespace
}  // namespace weft::test
