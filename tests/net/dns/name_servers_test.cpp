// SPDX-License-Identifier: BSL-1.0
//
// Rounds and limits of name servers, in virtual time: they are the runtime's, not those of c-ares.
#include "dns/name_servers.hpp"

#include "asking.hpp"
#include "support/runtime_test.hpp"

#include <weft/clock.hpp>
#include <weft/net/error.hpp>
#include <weft/net/udp.hpp>
#include <weft/task_group.hpp>

#include <algorithm>
#include <chrono>
#include <string>

namespace weft::net {
namespace {

using loopback::dns::record_type;
using loopback::dns::response_code;
using test::asking;
using test::dns_server;
using test::failure_of;
using test::host_list;
using test::hosts_of;
using test::silence;
using namespace std::chrono_literals;

using NameServers = test::runtime_test;

clock::duration now() {
    return clock::now().time_since_epoch();
}

// Scenario 35: the defaults are 2, 4 and 8 s.
FIBER_TEST_F(NameServers, GiveUpAfterAllRoundsHaveHadTheirTime) {
    dns_server server;
    server.set("silent.test", record_type::a, silence());
    auto chosen = asking(server, 2s);
    chosen.tries = 3;
    resolver names(chosen);
    EXPECT_EQ(failure_of(names, "silent.test", family::v4), errc::resolver_timeout);
    EXPECT_EQ(now(), 14s);
    EXPECT_EQ(server.queries().size(), 3U);
}

FIBER_TEST_F(NameServers, HaveAnHourAtMost) {
    dns_server server;
    server.set("silent.test", record_type::a, silence());
    auto chosen = asking(server, 40min);
    chosen.tries = 3;
    resolver names(chosen);
    EXPECT_EQ(failure_of(names, "silent.test", family::v4), errc::resolver_timeout);
    EXPECT_EQ(now(), 40min + 1h + 1h);
}

// Scenario 35: server drops, the next one is asked.
FIBER_TEST_F(NameServers, GiveASilentOneItsTimeBeforeTheNextIsAsked) {
    dns_server silent;
    silent.set("www.test", record_type::a, silence());
    dns_server good;
    good.add_address("www.test", "192.0.2.1");
    auto chosen = asking(silent, 2s);
    chosen.servers.push_back(good.address().to_string());
    resolver names(chosen);
    EXPECT_EQ(hosts_of(names.resolve("www.test", 80, family::v4)), host_list{"192.0.2.1"});
    EXPECT_EQ(now(), 2s);
}

FIBER_TEST_F(NameServers, AreLeftAtOnceWhenTheyFail) {
    dns_server failing;
    failing.set("www.test", record_type::a, {.code = response_code::server_failure});
    dns_server good;
    good.add_address("www.test", "192.0.2.1");
    auto chosen = asking(failing);
    chosen.servers.push_back(good.address().to_string());
    resolver names(chosen);
    EXPECT_EQ(hosts_of(names.resolve("www.test", 80, family::v4)), host_list{"192.0.2.1"});
    EXPECT_EQ(now(), 0s);
}

/// A port that is taken, so that nobody else gets it, and refuses all but another one's datagrams.
udp_socket refusing_port() {
    return udp_socket::connect(address::loopback_v4(9));
}

FIBER_TEST_F(NameServers, AreLeftAtOnceWhenTheyAreNotThere) {
    dns_server good;
    good.add_address("www.test", "127.0.0.1");
    good.add_address("www.test", "::1");
    const auto refusing = refusing_port();
    auto chosen = asking(good);
    chosen.servers.insert(chosen.servers.begin(), refusing.local_address().to_string());
    resolver names(chosen);
    EXPECT_EQ(hosts_of(names.resolve("www.test", 80)), (host_list{"::1", "127.0.0.1"}));
    EXPECT_EQ(now(), 0s);
}

// A refusal is told only once of all questions; the others once waited for 2 and 4 s.
FIBER_TEST_F(NameServers, FailAtOnceWhenNoneIsThere) {
    const auto one = refusing_port();
    const auto other = refusing_port();
    resolver_options chosen;
    chosen.servers = {one.local_address().to_string(), other.local_address().to_string()};
    chosen.search = host_list{};
    resolver names(chosen);
    with_task_group([&](task_group& fibers) {
        for (int i = 0; i < 20; ++i) {
            fibers.spawn([&names, host = "host" + std::to_string(i) + ".test"] {
                EXPECT_EQ(failure_of(names, host), errc::resolver_failure);
            });
        }
    });
    EXPECT_EQ(now(), 0s);
}

FIBER_TEST_F(NameServers, AreBelievedWhenTheySayThatThereIsNoSuchName) {
    dns_server first;
    dns_server second;
    auto chosen = asking(first);
    chosen.servers.push_back(second.address().to_string());
    resolver names(chosen);
    EXPECT_EQ(failure_of(names, "gone.test", family::v4), errc::name_not_found);
    EXPECT_TRUE(second.queries().empty());
}

// What is given up stays with c-ares for a while; its answer comes too late.
FIBER_TEST_F(NameServers, AnswerOthersWhileSomeAreGivenUp) {
    dns_server server;
    server.add_address("good.test", "192.0.2.1");
    server.set("late.test", record_type::a,
               {.answers = {{"late.test", record_type::a, 60, "192.0.2.66"}}, .delay = 3s});
    auto chosen = asking(server, 2s);
    chosen.cache_size = 0;
    resolver names(chosen);
    auto late = spawn([&] { return failure_of(names, "late.test", family::v4); });
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(hosts_of(names.resolve("good.test", 80, family::v4)), host_list{"192.0.2.1"});
        this_fiber::sleep_for(500ms);
    }
    EXPECT_EQ(late.get(), errc::resolver_timeout);
}

FIBER_TEST_F(NameServers, KeepNoFiberOnceNobodyWaits) {
    dns_server server;
    server.set("silent.test", record_type::a, silence());
    resolver names(asking(server, 2s));
    this_fiber::yield();
    const auto before = test::other_fibers();
    EXPECT_EQ(failure_of(names, "silent.test", family::v4), errc::resolver_timeout);
    this_fiber::sleep_for(1ms);
    EXPECT_EQ(test::other_fibers(), before);
}

}  // namespace
}  // namespace weft::net
