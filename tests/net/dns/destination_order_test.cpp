// SPDX-License-Identifier: BSL-1.0
#include "dns/destination_order.hpp"

#include "asking.hpp"
#include "support/descriptors.hpp"
#include "support/runtime_test.hpp"

#include <weft/net/dns.hpp>
#include <weft/run.hpp>
#include <weft/worker_pool.hpp>

#include <netdb.h>
#include <nss.h>
#include <resolv.h>
#include <sys/resource.h>

#include <cstring>
#include <string>
#include <vector>

namespace weft::net {
namespace {

using test::dns_server;
using test::host_list;
using test::hosts_of;

/// \param from  empty: there is no way.
dns::destination_rank rank(const char* to, const std::string& from) {
    return dns::rank_of(address::parse(to, 80), address::try_parse(from, 0));
}

struct comparison {
    const char* rule;
    const char* better;
    const char* better_from;
    const char* worse;
    const char* worse_from;
};

// The examples of RFC 6724 section 10.2, without those about deprecated and home addresses, and
// more for what they leave open.
constexpr comparison comparisons[]{
    {"1: it can be reached", "198.51.100.1", "192.0.2.2", "2001:db8:1::1", ""},
    {"2: matching scope, IPv4", "198.51.100.1", "198.51.100.117", "2001:db8:1::1", "fe80::1"},
    {"2: matching scope, IPv6", "2001:db8:1::1", "2001:db8:1::2", "198.51.100.1", "169.254.13.78"},
    {"2: private IPv4 is global", "10.1.2.3", "10.1.2.4", "2001:db8:1::1", "fe80::1"},
    {"2: multicast has its scope", "2001:db8:1::1", "2001:db8:1::2", "ff02::1", "2001:db8:1::2"},
    {"5: matching label", "2002:c633:6401::1", "2002:c633:6401::2", "2001:db8:1::1",
     "2002:c633:6401::2"},
    {"5: not to the world from a local IPv6 network", "198.51.100.1", "10.1.2.3", "2001:db8:1::1",
     "fd00::2"},
    {"6: IPv6 before IPv4", "2001:db8:1::1", "2001:db8:1::2", "198.51.100.1", "198.51.100.117"},
    {"6: IPv4 before local IPv6", "198.51.100.1", "198.51.100.117", "fd00::1", "fd00::2"},
    {"6: IPv4 before 6to4", "198.51.100.1", "198.51.100.117", "2002:c633:6401::1",
     "2002:c633:6401::2"},
    {"6: IPv4 before Teredo", "198.51.100.1", "198.51.100.117", "2001::1", "2001::2"},
    {"6: 6to4 before Teredo", "2002:c633:6401::1", "2002:c633:6401::2", "2001::1", "2001::2"},
    {"6: IPv4 before site-local", "198.51.100.1", "198.51.100.117", "fec0::1", "fec0::2"},
    {"6: IPv4 before IPv4-compatible", "198.51.100.1", "198.51.100.117", "::1.2.3.4", "::1.2.3.5"},
    {"6: IPv4 before the 6bone", "198.51.100.1", "198.51.100.117", "3ffe::1", "3ffe::2"},
    {"6: loopback before all", "::1", "::1", "2001:db8:1::1", "2001:db8:1::2"},
    {"8: smaller scope, IPv6", "fe80::1", "fe80::2", "2001:db8:1::1", "2001:db8:1::2"},
    {"8: smaller scope, IPv4", "169.254.1.1", "169.254.1.2", "198.51.100.1", "198.51.100.117"},
    {"8: smaller scope, loopback", "127.0.0.1", "127.0.0.1", "198.51.100.1", "198.51.100.117"},
    {"9: longest prefix", "2001:db8:1::1", "2001:db8:1::2", "2001:db8:3ffe::1", "2001:db8:3f44::2"},
    {"9: to the bit", "2001:db8:1::8", "2001:db8:1::9", "2001:db8:1::b", "2001:db8:1::9"},
    {"6 without sources", "2001:db8:1::1", "", "198.51.100.1", ""},
    {"8 without sources", "127.0.0.1", "", "198.51.100.1", ""},
};

using DestinationOrder = weft::test::runtime_test;

TEST_F(DestinationOrder, FollowsTheRules) {
    for (const auto& each : comparisons) {
        EXPECT_GT(rank(each.better, each.better_from), rank(each.worse, each.worse_from))
            << each.rule;
    }
}

// So that a name server which rotates them still spreads the load.
TEST_F(DestinationOrder, MakesNoDifferenceBetweenIPv4AddressesOfOneScope) {
    EXPECT_EQ(rank("192.0.2.1", "192.0.2.2"), rank("203.0.113.1", "192.0.2.2"));
    EXPECT_EQ(rank("127.0.0.1", "127.0.0.1"), rank("127.0.0.9", "127.0.0.1"));
}

std::vector<address> sorted(std::vector<address> found) {
    dns::sort_destinations(found);
    return found;
}

TEST_F(DestinationOrder, IsFoundByAskingTheKernel) {
    const auto loopback_v6 = address::loopback_v6(80);
    const auto loopback_v4 = address::loopback_v4(80);
    const auto unreachable = address::v4({255, 255, 255, 255}, 80);
    EXPECT_EQ(sorted({unreachable, loopback_v4, loopback_v6}),
              (std::vector{loopback_v6, loopback_v4, unreachable}));
}

TEST_F(DestinationOrder, LeavesTheFurtherOfVeryManyAlone) {
    std::vector<address> many(64, address::loopback_v4(80));
    many.push_back(address::loopback_v6(80));
    EXPECT_EQ(sorted(many), many);
    many.erase(many.begin());
    EXPECT_EQ(sorted(many).front(), address::loopback_v6(80));
}

TEST_F(DestinationOrder, StaysAsItIsWithoutDescriptors) {
    const std::vector given{address::loopback_v4(80), address::loopback_v6(80)};
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none{test::lowest_free_descriptor(), before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
    const auto kept = sorted(given);
    ::setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_EQ(kept, given);
}

/// What getaddrinfo(3) makes of a name, if it asks `server` alone. Blocks the thread.
host_list hosts_of_libc(const address& server, const std::string& name) {
    __nss_configure_lookup("hosts", "dns");
    res_init();
    _res.nscount = 1;
    std::memcpy(&_res.nsaddr_list[0], server.native(), sizeof _res.nsaddr_list[0]);
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* first = nullptr;
    EXPECT_EQ(::getaddrinfo(name.c_str(), "80", &wanted, &first), 0) << name;
    host_list hosts;
    for (const auto* each = first; each != nullptr; each = each->ai_next) {
        hosts.push_back(address::from_native(each->ai_addr, each->ai_addrlen).host());
    }
    ::freeaddrinfo(first);
    res_nclose(&_res);
    return hosts;
}

// Scenario 37. glibc has the table of RFC 3484, which ranks local IPv6 networks higher, and
// compares IPv4 addresses of this machine's own network bit by bit; the sets here touch neither.
TEST_F(DestinationOrder, IsThatOfGetaddrinfo) {
    const std::vector<host_list> sets{
        {"127.0.0.1", "::1"},
        {"198.51.100.1", "127.0.0.1", "169.254.1.1", "203.0.113.1"},
        {"198.51.100.1", "2001:db8::1", "127.0.0.1", "::1"},
        {"2001:db8:ffff::1", "2001:db8::1", "2600::1", "::1"},
        {"fd00:1::1", "fd00::8000", "fd00::3", "::1"},
        {"203.0.113.1", "198.51.100.1", "fe80::1", "2001:db8::1", "2001:db9::1"},
    };
    run([&] {
        dns_server server;
        resolver names(test::asking(server));
        for (const auto& each : sets) {
            const auto name = "set" + std::to_string(&each - sets.data()) + ".test";
            for (const auto& literal : each) {
                server.add_address(name, literal);
            }
            const auto theirs = to_thread([&] { return hosts_of_libc(server.address(), name); });
            EXPECT_EQ(hosts_of(names.resolve(name, 80)), theirs);
            EXPECT_EQ(theirs.size(), each.size());
        }
    });
}

}  // namespace
}  // namespace weft::net
