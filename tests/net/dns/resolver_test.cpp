// SPDX-License-Identifier: BSL-1.0
#include <weft/net/dns.hpp>

#include "net/dns/asking.hpp"

#include <weft/net/stream.hpp>
#include <weft/run.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include "support/runtime_test.hpp"
#include "support/sockets.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace weft::net {
namespace {

namespace dns = loopback::dns;
using dns::record_type;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::asking;
using test::dns_reply;
using test::dns_server;
using test::failure_of;
using test::silence;

using ResolverSharing = weft::test::runtime_test;

// Scenario 37
FIBER_TEST_F(ResolverSharing, AsksOnceForAThousandWaiters) {
    dns_server server;
    server.add_address("www.test", "192.0.2.1");
    resolver names(asking(server));
    std::vector<task<std::vector<address>>> waiters;
    for (int i = 0; i < 1000; ++i) {
        waiters.push_back(spawn([&] { return names.resolve("www.test", 80); }));
    }
    for (auto& each : waiters) {
        EXPECT_EQ(each.get().size(), 1U);
    }
    EXPECT_EQ(server.queries().size(), 2U);
}

// The rule of C.1: a lookup is shielded from a single waiter's cancellation.
FIBER_TEST_F(ResolverSharing, GoesOnWhenOneOfItsWaitersIsCancelled) {
    dns_server server;
    server.set(
        "www.test", record_type::a,
        {.answers = {{"www.test", record_type::a, 60, "192.0.2.1"}}, .delay = milliseconds(20)});
    resolver names(asking(server));
    auto first = spawn([&] { return names.resolve("www.test", 80, family::v4); });
    auto second = spawn([&] { return names.resolve("www.test", 80, family::v4); });
    this_fiber::yield();
    first.cancel();
    EXPECT_THROW((void)first.get(), cancelled);
    EXPECT_EQ(second.get().size(), 1U);
    EXPECT_EQ(server.queries().size(), 1U);
}

FIBER_TEST_F(ResolverSharing, RemembersAnAnswerForItsTtl) {
    dns_server server;
    server.add_address("www.test", "192.0.2.1");  // for 60 seconds
    resolver names(asking(server));
    (void)names.resolve("www.test", 80, family::v4);
    this_fiber::sleep_for(seconds(59));
    (void)names.resolve("www.test", 443, family::v4);
    EXPECT_EQ(server.queries().size(), 1U);
    this_fiber::sleep_for(seconds(2));
    (void)names.resolve("www.test", 80, family::v4);
    EXPECT_EQ(server.queries().size(), 2U);
}

/// Appends an SOA record that lets a negative answer live for 60 seconds.
std::vector<dns_reply::message> with_soa(dns_reply::message right) {
    right[9] = std::byte{1};  // one record in the authority section
    const std::string soa(
        "\0\0\x06\0\x01\0\0\0\x3C\0\x16\0\0"  // root, 60 seconds, no names
        "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x3C",
        33);
    const auto bytes = bytes_of(soa);
    right.insert(right.end(), bytes.begin(), bytes.end());
    return {right};
}

FIBER_TEST_F(ResolverSharing, RemembersForAShortTimeThatThereIsNothing) {
    dns_server server;
    server.set("gone.test", record_type::a,
               {.code = dns::response_code::name_error, .rewrite = with_soa});
    resolver names(asking(server));
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(failure_of(names, "gone.test", family::v4), errc::name_not_found);
    }
    EXPECT_EQ(server.queries().size(), 1U);
    this_fiber::sleep_for(seconds(11));
    EXPECT_EQ(failure_of(names, "gone.test", family::v4), errc::name_not_found);
    EXPECT_EQ(server.queries().size(), 2U);
}

FIBER_TEST_F(ResolverSharing, DoesNotRememberAFailureOfTheServers) {
    dns_server server;
    server.set("www.test", record_type::a, {.code = dns::response_code::server_failure});
    resolver names(asking(server));
    EXPECT_EQ(failure_of(names, "www.test", family::v4), errc::resolver_failure);
    server.set("www.test", record_type::a,
               {.answers = {{"www.test", record_type::a, 60, "192.0.2.1"}}});
    EXPECT_EQ(names.resolve("www.test", 80, family::v4).size(), 1U);
}

FIBER_TEST_F(ResolverSharing, KeepsTheBoundsOfTheCache) {
    dns_server server;
    server.add_address("www.test", "192.0.2.1");
    auto chosen = asking(server);
    chosen.max_ttl = seconds(5);
    resolver names(chosen);
    (void)names.resolve("www.test", 80, family::v4);
    this_fiber::sleep_for(seconds(6));
    (void)names.resolve("www.test", 80, family::v4);
    EXPECT_EQ(server.queries().size(), 2U);
}

// Scenario 35: cancellation and destruction at any time are safe.
FIBER_TEST_F(ResolverSharing, EndsItsLookupsWhenItIsDestroyed) {
    dns_server server;
    server.set("silent.test", record_type::a, silence());
    auto names = std::make_unique<resolver>(asking(server));
    auto waiter = spawn([&] { return failure_of(*names, "silent.test", family::v4); });
    while (server.queries().empty()) {
        this_fiber::yield();
    }
    names.reset();
    EXPECT_EQ(waiter.get(), std::errc::operation_canceled);
}

TEST_F(ResolverSharing, ServesOneRuntimeAfterTheOther) {
    may_leave_fibers = true;  // who asks for the silent name
    std::unique_ptr<resolver> names;
    for (int round = 0; round < 3; ++round) {
        run([&names] {
            dns_server server;
            server.set("silent.test", record_type::a, silence());
            names = std::make_unique<resolver>(asking(server));
            spawn([&names] { (void)failure_of(*names, "silent.test", family::v4); }).detach();
            while (server.queries().empty()) {
                this_fiber::yield();
            }
        });
        // The server has ended with its runtime, so the kernel refuses the question.
        EXPECT_EQ(run([&names] { return failure_of(*names, "silent.test", family::v4); }),
                  errc::resolver_failure);
    }
}

FIBER_TEST_F(ResolverSharing, LeavesNoDescriptorOpen) {
    dns_server server;
    server.add_address("www.test", "192.0.2.1");
    const auto before = test::open_descriptors();
    {
        resolver names(asking(server));
        (void)names.resolve("www.test", 80);
    }
    EXPECT_EQ(test::open_descriptors(), before);
}

}  // namespace
}  // namespace weft::net
