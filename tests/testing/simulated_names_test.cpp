// SPDX-License-Identifier: BSL-1.0
//
// weft's own resolver and connection race in simulations. WEFT_SIMULATE_COUNT=10000 is the long
// form.
#include <weft/error.hpp>
#include <weft/net/dns.hpp>
#include <weft/net/tcp.hpp>
#include <weft/net/tcp_connector.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/testing/simulate.hpp>
#include <weft/this_fiber.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace weft::testing {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t name_seeds = 100;

struct known_name {
    const char* name;
    std::vector<std::string> hosts;  // empty: it does not exist
};

const std::array<known_name, 4> known_names{{
    {"both.test", {"10.1.0.1", "10.1.0.2", "fd00::7"}},
    {"four.test", {"10.1.0.3"}},
    {"six.test", {"fd00::8"}},
    {"none.test", {}},
}};

/// Asks for a name; the answer is right or an error.
bool look_up(net::resolver& names, const known_name& wanted, simulation& world) {
    try {
        std::vector<std::string> found;
        for (const auto& each : names.resolve(wanted.name, 80)) {
            found.push_back(each.host());
        }
        auto expected = wanted.hosts;
        std::ranges::sort(found);
        std::ranges::sort(expected);
        // One family may be missing when its question failed.
        world.require(!found.empty() && std::ranges::includes(expected, found),
                      std::string("the addresses of ") + wanted.name);
        return true;
    } catch (const net::error&) {
        return false;
    }
}

void look_up_often(net::resolver& names, simulation& world) {
    for (int i = 0; i < 5; ++i) {
        const auto& wanted = known_names[world.between(0, known_names.size() - 1)];
        const bool hurried = world.chance(0.3);
        const auto limit = hurried ? std::chrono::milliseconds(world.between(0, 500)) : 1h;
        (void)move_on_after(limit, [&] { (void)look_up(names, wanted, world); });
        if (world.chance(0.3)) {
            this_fiber::sleep_for(std::chrono::seconds(world.between(0, 10)));
        }
    }
}

void resolve_concurrently(simulation& world) {
    for (const auto& each : known_names) {
        if (!each.hosts.empty()) {
            world.network().add_name(each.name, each.hosts,
                                     std::chrono::seconds(world.between(0, 9)));
        }
    }
    net::resolver_options options;
    options.servers = {"10.0.0.53:53", "10.0.0.54:53"};
    net::resolver names(options);
    std::vector<task<void>> askers;
    for (int i = 0; i < 4; ++i) {
        askers.push_back(spawn([&] { look_up_often(names, world); }));
    }
    for (auto& each : askers) {
        each.get();
    }
    world.network().set_conditions({});
    this_fiber::sleep_for(1min);  // what was remembered is no longer
    world.require(look_up(names, known_names[0], world), "names are found again");
    world.require(!look_up(names, known_names[3], world), "a name that does not exist");
}

/// What happens to those who connect to an address.
enum class fate : std::uint8_t { accepted, refused, swallowed, unreachable };

void arrange(simulation& world, const std::string& address, fate what) {
    switch (what) {
        case fate::accepted: break;
        case fate::refused: world.network().refuse(address); break;
        case fate::swallowed: world.network().black_hole(address); break;
        case fate::unreachable: world.network().make_unreachable(address); break;
    }
}

/// Several addresses, of which one works: it is found within the attempt delays of the others, and
/// nothing else stays open.
void race(simulation& world) {
    std::vector<std::string> hosts{"10.1.0.1", "10.1.0.2", "10.1.0.3", "fd00::1:1", "fd00::1:2"};
    world.network().add_name("many.test", hosts);
    const auto good = world.between(0, hosts.size() - 1);
    std::optional<net::tcp_listener> listener;
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        arrange(world, hosts[i], i == good ? fate::accepted : fate(world.between(1, 3)));
        if (i == good) {
            listener.emplace(net::tcp_listener::listen(net::address::parse(hosts[i], 80)));
        }
    }
    net::resolver names;
    const auto connect = [&] { return net::connect_tcp(names, "many.test", 80); };
    if (world.chance(0.3)) {
        const auto limit = std::chrono::milliseconds(world.between(0, 1'000));
        (void)move_on_after(limit, [&] { (void)connect(); });
    }
    const auto before = clock::now();
    const auto found = connect();
    world.require(found.peer_address().host() == hosts[good], "the address that works is found");
    world.require(clock::now() - before <= 250ms * hosts.size() + 100ms, "it is found in time");
    this_fiber::sleep_for(1s);
    // The listener, the connection, and what waits to be accepted.
    world.require(world.network().open_sockets() <= 3, "the losers are closed");
}

}  // namespace

TEST(SimulatedNames, AreFoundWhateverTheSeed) {
    simulate_many(name_seeds, resolve_concurrently);
}

TEST(SimulatedNames, AreFoundOnAHostileNetwork) {
    simulate_many(name_seeds, resolve_concurrently,
                  {.network = network_conditions::hostile(), .time_limit = 12h});
}

TEST(SimulatedRace, FindsTheAddressThatWorks) {
    simulate_many(name_seeds, race);
}

}  // namespace weft::testing
