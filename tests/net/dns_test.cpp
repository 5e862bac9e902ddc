// SPDX-License-Identifier: BSL-1.0
#include <weft/net/dns.hpp>

#include "net/dns/asking.hpp"
#include "support/runtime_test.hpp"

#include <weft/run.hpp>
#include <weft/this_fiber.hpp>

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace weft::net {
namespace {

namespace dns = loopback::dns;
using dns::record_type;
using std::chrono::milliseconds;
using test::asking;
using test::dns_reply;
using test::dns_server;
using test::failure_of;
using test::host_list;
using test::hosts_of;
using test::silence;

std::size_t queries_for(const dns_server& server, const std::string& name) {
    return static_cast<std::size_t>(std::ranges::count_if(
        server.queries(), [&](const auto& each) { return each.asked.name == name; }));
}

using Resolver = weft::test::runtime_test;

FIBER_TEST_F(Resolver, FindsBothFamiliesTheBestAddressFirst) {
    dns_server server;
    server.add_address("www.test", "127.0.0.1");
    server.add_address("www.test", "::1");
    resolver names(asking(server));
    const auto found = names.resolve("WWW.test", 80);
    EXPECT_EQ(hosts_of(found), (host_list{"::1", "127.0.0.1"}));
    EXPECT_EQ(found[0].port(), 80);
}

FIBER_TEST_F(Resolver, AsksForOneFamilyAlone) {
    dns_server server;
    server.add_address("www.test", "192.0.2.1");
    server.add_address("www.test", "2001:db8::1");
    resolver names(asking(server));
    EXPECT_EQ(hosts_of(names.resolve("www.test", 80, family::v4)), host_list{"192.0.2.1"});
    EXPECT_EQ(server.queries().size(), 1U);
}

// Scenario 37
FIBER_TEST_F(Resolver, AnswersLiteralsAndLocalhostItself) {
    dns_server server;
    resolver names(asking(server));
    EXPECT_EQ(names.resolve("192.0.2.9", 1).front(), address::parse("192.0.2.9", 1));
    EXPECT_EQ(names.resolve("fe80::1%1", 1).front().scope(), 1U);
    EXPECT_EQ(hosts_of(names.resolve("localhost", 1)), (host_list{"::1", "127.0.0.1"}));
    EXPECT_EQ(hosts_of(names.resolve("a.LOCALHOST.", 1, family::v4)), host_list{"127.0.0.1"});
    EXPECT_EQ(failure_of(names, "192.0.2.9", family::v6), errc::no_address);
    EXPECT_TRUE(server.queries().empty());
}

FIBER_TEST_F(Resolver, RefusesWhatIsNoNameWithoutAsking) {
    dns_server server;
    resolver names(asking(server));
    for (const std::string host : {"", "127.1", "0x7f000001", "a..b", "a b"}) {
        EXPECT_EQ(failure_of(names, host), errc::invalid_name) << host;
    }
    EXPECT_TRUE(server.queries().empty());
}

// Scenario 35
FIBER_TEST_F(Resolver, TellsItsFailuresApart) {
    dns_server server;
    server.set("failing.test", record_type::a, {.code = dns::response_code::server_failure});
    server.set("failing.test", record_type::aaaa, {.code = dns::response_code::refused});
    server.set("text.test", record_type::txt, {});
    server.set("silent.test", record_type::a, silence());
    server.set("silent.test", record_type::aaaa, silence());
    resolver names(asking(server));
    EXPECT_EQ(failure_of(names, "nobody.test"), errc::name_not_found);
    EXPECT_EQ(failure_of(names, "text.test"), errc::no_address);
    EXPECT_EQ(failure_of(names, "failing.test"), errc::resolver_failure);
    resolver hasty(asking(server, milliseconds(50)));
    EXPECT_EQ(failure_of(hasty, "silent.test"), errc::resolver_timeout);
}

// dnsmasq says so of AAAA where it knows an IPv4 address alone; the name could not be used.
FIBER_TEST_F(Resolver, IsContentWithOneFamilyWhenTheOtherSaysThatThereIsNoSuchName) {
    dns_server server;
    server.set("www.test", record_type::aaaa, {.code = dns::response_code::name_error});
    server.set(
        "www.test", record_type::a,
        {.answers = {{"www.test", record_type::a, 60, "192.0.2.1"}}, .delay = milliseconds(20)});
    resolver names(asking(server));
    EXPECT_EQ(hosts_of(names.resolve("www.test", 80)), host_list{"192.0.2.1"});
}

FIBER_TEST_F(Resolver, IsContentWithOneFamilyWhenTheOtherFails) {
    dns_server server;
    server.add_address("www.test", "192.0.2.1");
    server.set("www.test", record_type::aaaa, {.code = dns::response_code::server_failure});
    resolver names(asking(server));
    EXPECT_EQ(hosts_of(names.resolve("www.test", 80)), host_list{"192.0.2.1"});
}

// Scenario 36: addresses of a quick family need not wait for the other one.
FIBER_TEST_F(Resolver, HandsOverEachFamilyAsSoonAsItIsKnown) {
    dns_server server;
    server.add_address("www.test", "192.0.2.1");
    server.set("www.test", record_type::aaaa,
               {.answers = {{"www.test", record_type::aaaa, 60, "2001:db8::1"}},
                .delay = milliseconds(30)});
    resolver names(asking(server));
    host_list found;
    names.resolve_each("www.test", 80, family::any, [&](const std::vector<address>& some) {
        found.push_back(some.front().host());
    });
    EXPECT_EQ(found, (host_list{"192.0.2.1", "2001:db8::1"}));
}

// Scenario 35
FIBER_TEST_F(Resolver, FollowsAliasesAndRefusesLoops) {
    dns_server server;
    server.set("www.test", record_type::a,
               {.answers = {{"www.test", record_type::cname, 60, "b.test"},
                            {"b.test", record_type::a, 60, "192.0.2.1"}}});
    server.set("loop.test", record_type::a,
               {.answers = {{"loop.test", record_type::cname, 60, "b.test"},
                            {"b.test", record_type::cname, 60, "loop.test"}}});
    resolver names(asking(server));
    EXPECT_EQ(hosts_of(names.resolve("www.test", 80)), host_list{"192.0.2.1"});
    EXPECT_EQ(failure_of(names, "loop.test", family::v4), errc::resolver_failure);
}

// Scenario 35
FIBER_TEST_F(Resolver, AsksAgainOverTcpWhenAnAnswerWasTruncated) {
    dns_server server;
    dns_reply large{.truncated = true};
    for (int i = 0; i < 100; ++i) {
        large.answers.push_back({"large.test", record_type::a, 60, "192.0.2." + std::to_string(i)});
    }
    server.set("large.test", record_type::a, large);
    resolver names(asking(server));
    EXPECT_EQ(names.resolve("large.test", 80, family::v4).size(), 100U);
    EXPECT_FALSE(server.queries().front().over_tcp);
    EXPECT_TRUE(server.queries().back().over_tcp);
}

// Scenario 35
FIBER_TEST_F(Resolver, AsksTheNextServerWhenOneIsSilent) {
    dns_server silent;
    silent.set("www.test", record_type::a, silence());
    dns_server good;
    good.add_address("www.test", "192.0.2.1");
    auto chosen = asking(silent, milliseconds(100));
    chosen.servers.push_back(good.address().to_string());
    resolver names(chosen);
    EXPECT_EQ(names.resolve("www.test", 80, family::v4).size(), 1U);
    EXPECT_EQ(silent.queries().size(), 1U);
}

// Scenario 35: answers that somebody else has made up.
FIBER_TEST_F(Resolver, IgnoresForgedAnswers) {
    dns_server server;
    dns_reply forged{.answers = {{"www.test", record_type::a, 60, "192.0.2.1"}}};
    forged.rewrite = [](const dns_reply::message& right) {
        auto wrong_id = right;
        wrong_id[0] ^= std::byte{0xFF};
        wrong_id.back() = std::byte{66};
        auto wrong_question = right;
        wrong_question[13] ^= std::byte{1};  // the first letter of the name
        wrong_question.back() = std::byte{66};
        const dns_reply::message garbage(5, std::byte{0xFF});
        return std::vector{wrong_id, wrong_question, garbage, dns_reply::message{}, right};
    };
    server.set("www.test", record_type::a, forged);
    resolver names(asking(server));
    EXPECT_EQ(hosts_of(names.resolve("www.test", 80, family::v4)), host_list{"192.0.2.1"});
}

// Scenario 35
FIBER_TEST_F(Resolver, IgnoresAnAnswerThatComesTooLate) {
    dns_server server;
    server.set(
        "www.test", record_type::a,
        {.answers = {{"www.test", record_type::a, 60, "192.0.2.66"}}, .delay = milliseconds(150)});
    resolver names(asking(server, milliseconds(100)));
    EXPECT_EQ(failure_of(names, "www.test", family::v4), errc::resolver_timeout);
    server.set("www.test", record_type::a,
               {.answers = {{"www.test", record_type::a, 60, "192.0.2.1"}}});
    EXPECT_EQ(hosts_of(names.resolve("www.test", 80, family::v4)), host_list{"192.0.2.1"});
    this_fiber::sleep_for(milliseconds(80));
    EXPECT_EQ(hosts_of(names.resolve("www.test", 80, family::v4)), host_list{"192.0.2.1"});
}

// Scenario 37
FIBER_TEST_F(Resolver, TriesSearchDomainsInTheirOrder) {
    dns_server server;
    server.add_address("www.two.test", "192.0.2.2");
    server.add_address("www.sub", "192.0.2.3");
    auto chosen = asking(server);
    chosen.search = host_list{"one.test", "two.test"};
    chosen.ndots = 1;
    resolver names(chosen);
    EXPECT_EQ(hosts_of(names.resolve("www", 80)), host_list{"192.0.2.2"});
    EXPECT_EQ(queries_for(server, "www.one.test"), 2U);
    EXPECT_EQ(queries_for(server, "www"), 0U);
    EXPECT_EQ(hosts_of(names.resolve("www.sub", 80)), host_list{"192.0.2.3"});
    EXPECT_EQ(failure_of(names, "www."), errc::name_not_found);
}

// Scenario 37
TEST_F(Resolver, PrefersTheHostsFile) {
    std::string path = (std::filesystem::temp_directory_path() / "weft-hosts-XXXXXX").string();
    ::close(mkstemp(path.data()));
    std::ofstream(path) << "192.0.2.77 www.test alias\n";
    run([&path] {
        dns_server server;
        server.add_address("www.test", "192.0.2.1");
        auto chosen = asking(server);
        chosen.hosts_file = path;
        resolver names(chosen);
        EXPECT_EQ(hosts_of(names.resolve("www.test", 80)), host_list{"192.0.2.77"});
        EXPECT_EQ(hosts_of(names.resolve("Alias", 80)), host_list{"192.0.2.77"});
        EXPECT_TRUE(server.queries().empty());
    });
    std::filesystem::remove(path);
}

TEST_F(Resolver, RefusesOptionsThatCannotBe) {
    resolver_options chosen;
    chosen.servers = {"name.test:53"};
    EXPECT_THROW(resolver{chosen}, error);
    chosen.servers = {};
    chosen.tries = 0;
    EXPECT_THROW(resolver{chosen}, error);
    chosen.tries = 1;
    chosen.timeout = milliseconds(0);
    EXPECT_THROW(resolver{chosen}, error);
}

}  // namespace
}  // namespace weft::net
