// SPDX-License-Identifier: BSL-1.0
//
// weft's own HTTP session, connection pool, resolver, connection race and TLS in simulations.
// WEFT_SIMULATE_COUNT=10000 is the long form.
#include "simulated_shop.hpp"

#include <weft/http/error.hpp>
#include <weft/net/dns.hpp>
#include <weft/net/error.hpp>
#include <weft/this_fiber.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace weft::testing {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t few_seeds = 100;

http::url at(const std::string& text) {
    return {text};
}

/// Asks for `path`; whether that worked. Fails the run when the answer is not that to the question.
bool ask(shop::client& asking, const std::string& origin, const std::string& path, bool order,
         simulation& world) {
    try {
        auto answer = order ? asking->post(at(origin + path), "!") : asking->get(at(origin + path));
        const auto body = answer.read_all();
        world.require(answer.status() == 200, "status 200");
        world.require(body == path + (order ? "!" : ""), "the answer to " + path + ": " + body);
        return true;
    } catch (const io_error&) {
        return false;  // the network's failures pass through
    }
}

void ask_often(shop::client& asking, const std::string& origin, const std::string& name,
               simulation& world) {
    for (int i = 0; i < 5; ++i) {
        const bool order = world.chance(0.5);
        (void)ask(asking, origin, "/" + name + std::to_string(i), order, world);
        if (world.chance(0.3)) {
            this_fiber::sleep_for(std::chrono::seconds(world.between(0, 20)));
        }
    }
}

/// Clients that share a session ask on a network in which anything may fail; no order may come
/// twice, no answer may be another's, and once the network is well again, all is.
void trade(simulation& world, const std::string& origin, bool secure) {
    auto& network = world.network();
    network.add_name("shop.test", {"10.1.0.1", "fd00::7"});
    http::server_options kept;
    kept.idle_timeout = std::chrono::seconds(world.between(1, 30));  // also below that of clients
    shop::server server(secure ? "10.1.0.1:443" : "10.1.0.1:80", secure, std::move(kept));
    http::session_options options;
    options.max_connections = world.between(1, 4);
    shop::client asking(std::move(options));
    {
        std::vector<task<void>> clients;
        for (const char* name : {"a", "b", "c"}) {
            clients.push_back(spawn([&, name] {
                const bool hurried = world.chance(0.3);
                const auto limit =
                    hurried ? std::chrono::milliseconds(world.between(1, 3'000)) : 1h;
                (void)move_on_after(limit, [&] { ask_often(asking, origin, name, world); });
            }));
        }
        if (world.chance(0.3)) {
            this_fiber::sleep_for(std::chrono::milliseconds(world.between(0, 5'000)));
            network.reset_connections("10.1.0.1");
        }
        if (world.chance(0.3)) {
            network.partition("10.0.0.1", "10.1.0.1");
            this_fiber::sleep_for(std::chrono::seconds(world.between(0, 200)));
            network.heal();
        }
        for (auto& each : clients) {
            each.get();
        }
    }
    network.set_conditions({});
    network.heal();
    network.reset_connections("10.1.0.1");  // those that went silent for good
    this_fiber::sleep_for(1min);
    world.require(ask(asking, origin, "/restored", false, world), "the service is restored");
    for (const auto& [name, count] : server.orders()) {
        world.require(count == 1, name + " came " + std::to_string(count) + " times");
    }
}

simulation_options hostile() {
    return {.network = network_conditions::hostile(), .time_limit = std::chrono::hours(12)};
}

}  // namespace

TEST(SimulatedHttp, AnswersOverTcp) {
    simulate_many(20, [](simulation& world) { trade(world, "http://shop.test", false); });
}

TEST(SimulatedHttp, AnswersOverTls) {
    simulate_many(5, [](simulation& world) { trade(world, "https://shop.test", true); });
}

TEST(SimulatedHttp, RepeatsARunByteForByte) {
    const auto run = [](simulation& world) { trade(world, "http://shop.test", false); };
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        const auto first = simulate(seed, run, hostile());
        EXPECT_FALSE(first.failed()) << first.failure;
        EXPECT_EQ(first.trace(), simulate(seed, run, hostile()).trace());
    }
}

TEST(SimulatedHttpSlow, SurvivesAHostileNetwork) {
    simulate_many(
        few_seeds, [](simulation& world) { trade(world, "http://shop.test", false); }, hostile());
}

TEST(SimulatedHttpSlow, SurvivesAHostileNetworkOverTls) {
    simulate_many(
        few_seeds / 5, [](simulation& world) { trade(world, "https://shop.test", true); },
        hostile());
}

}  // namespace weft::testing
