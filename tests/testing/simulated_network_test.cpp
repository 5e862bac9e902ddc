// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/simulated_network.hpp>

#include <weft/net/dns.hpp>
#include <weft/net/error.hpp>
#include <weft/net/tcp.hpp>
#include <weft/net/tcp_connector.hpp>
#include <weft/net/udp.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/testing/simulate.hpp>
#include <weft/this_fiber.hpp>
#include <weft/worker_pool.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <system_error>

namespace weft::testing {

namespace {

using namespace std::chrono_literals;
using net::address;
using net::bytes_of;

const auto server_place = address::parse_endpoint("10.1.0.1:80", 0);

void expect_clean(const simulation_result& found) {
    EXPECT_FALSE(found.failed()) << "seed " << found.seed << ": " << found.failure << "\n"
                                 << found.trace().substr(0, 4'000);
}

std::string read_all(net::stream& from) {
    std::string text;
    std::array<std::byte, 100> block{};
    while (const auto count = from.read_some(block)) {
        text.append(reinterpret_cast<const char*>(block.data()), count);
    }
    return text;
}

std::error_code error_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const io_error& failed) {
        return failed.code();
    }
    return {};
}

/// A server that gives back all that each of `clients` sends.
task<void> start_echo(const address& at, int clients = 1) {
    auto listener = net::tcp_listener::listen(at);
    return spawn(
        [listener = std::move(listener), clients]() mutable {
            for (int i = 0; i < clients; ++i) {
                auto peer = listener.accept();
                std::array<std::byte, 64> block{};
                while (const auto count = peer.read_some(block)) {
                    peer.write_all(std::span(block).first(count));
                }
            }
        },
        {.name = "echo"});
}

std::string echoed(const std::string& text) {
    auto client = net::tcp_stream::connect(server_place);
    auto writer = spawn([&] {
        client.write_all(bytes_of(text));
        client.shutdown_write();
    });
    auto back = read_all(client);
    writer.get();
    return back;
}

void echo_some(simulation& world) {
    auto server = start_echo(server_place);
    const std::string sent(world.between(1, 5'000), 'x');
    EXPECT_EQ(echoed(sent), sent);
    server.get();
}

}  // namespace

TEST(SimulatedNetwork, CarriesBytesWhateverTheSeed) {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        expect_clean(simulate(seed, echo_some));
    }
}

TEST(SimulatedNetwork, RepeatsARunByteForByte) {
    std::set<std::string> different;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const auto first = simulate(seed, echo_some);
        EXPECT_EQ(first.trace(), simulate(seed, echo_some).trace());
        different.insert(first.trace());
    }
    EXPECT_EQ(different.size(), 20U);
}

TEST(SimulatedNetwork, TakesAsLongAsItsLatency) {
    simulation_options slow;
    slow.network = {.least_latency = 1s, .most_latency = 1s, .jitter = 0s};
    const auto found = simulate(
        1,
        [](simulation&) {
            auto server = start_echo(server_place);
            const auto before = clock::now();
            auto client = net::tcp_stream::connect(server_place);
            EXPECT_EQ(clock::now() - before, 2s);
            client.write_all(bytes_of("x"));
            std::array<std::byte, 1> back{};
            EXPECT_EQ(client.read_some(back), 1U);
            EXPECT_EQ(clock::now() - before, 4s);
            client.close();
            server.get();
        },
        slow);
    expect_clean(found);
}

TEST(SimulatedNetwork, ShowsBothEndsTheirAddresses) {
    expect_clean(simulate(1, [](simulation& world) {
        auto listener = net::tcp_listener::listen(address::parse_endpoint("0.0.0.0:7", 0));
        const auto host = world.as_host("10.9.8.7");
        auto client = net::tcp_stream::connect(address::parse_endpoint("10.1.0.1:7", 0));
        auto server = listener.accept();
        EXPECT_EQ(client.local_address().host(), "10.9.8.7");
        EXPECT_EQ(server.peer_address(), client.local_address());
        EXPECT_EQ(server.local_address(), client.peer_address());
    }));
}

TEST(SimulatedNetwork, KnowsOneAddressOnlyOnce) {
    expect_clean(simulate(1, [](simulation&) {
        const auto first = net::tcp_listener::listen(server_place);
        EXPECT_EQ(error_of([] { (void)net::tcp_listener::listen(server_place); }),
                  std::errc::address_in_use);
        const auto any = net::tcp_listener::listen(server_place.with_port(0));
        EXPECT_NE(any.local_address().port(), 0);
    }));
}

TEST(SimulatedNetwork, RefusesWhereNobodyListens) {
    expect_clean(simulate(1, [](simulation& world) {
        const auto connect = [] { (void)net::tcp_stream::connect(server_place); };
        EXPECT_EQ(error_of(connect), std::errc::connection_refused);
        const auto listener = net::tcp_listener::listen(server_place);
        world.network().refuse("10.1.0.1:80");
        EXPECT_EQ(error_of(connect), std::errc::connection_refused);
        world.network().make_unreachable("10.1.0.1");
        EXPECT_EQ(error_of(connect), std::errc::network_unreachable);
    }));
}

TEST(SimulatedNetwork, GivesUpABlackHoleAfterTwoMinutes) {
    expect_clean(simulate(1, [](simulation& world) {
        const auto listener = net::tcp_listener::listen(server_place);
        world.network().black_hole("10.1.0.1");
        const auto before = clock::now();
        EXPECT_EQ(error_of([] { (void)net::tcp_stream::connect(server_place); }),
                  std::errc::timed_out);
        EXPECT_GE(clock::now() - before, 127s);
        EXPECT_LE(clock::now() - before, 128s);
    }));
}

TEST(SimulatedNetwork, DeliversAfterAPartitionWhatWasSentInIt) {
    expect_clean(simulate(1, [](simulation& world) {
        auto listener = net::tcp_listener::listen(server_place);
        auto client = net::tcp_stream::connect(server_place);
        auto server = listener.accept();
        world.network().partition("10.0.0.1", "10.1.0.1");
        client.write_all(bytes_of("late"));
        std::array<std::byte, 4> got{};
        EXPECT_FALSE(move_on_after(60s, [&] { (void)server.read_some(got); }));
        world.network().heal();
        EXPECT_TRUE(move_on_after(120s, [&] { EXPECT_GT(server.read_some(got), 0U); }));
    }));
}

TEST(SimulatedNetwork, TimesOutAConnectionThatStaysCutOff) {
    expect_clean(simulate(1, [](simulation& world) {
        auto listener = net::tcp_listener::listen(server_place);
        auto client = net::tcp_stream::connect(server_place);
        const auto server = listener.accept();
        world.network().isolate("10.1.0.1");
        client.write_all(bytes_of("lost"));
        std::array<std::byte, 4> got{};
        EXPECT_EQ(error_of([&] { (void)client.read_some(got); }), std::errc::timed_out);
    }));
}

TEST(SimulatedNetwork, ResetsConnections) {
    expect_clean(simulate(1, [](simulation& world) {
        auto listener = net::tcp_listener::listen(server_place);
        auto client = net::tcp_stream::connect(server_place);
        auto server = listener.accept();
        world.network().reset_connections("10.1.0.1");
        std::array<std::byte, 4> got{};
        EXPECT_EQ(error_of([&] { (void)client.read_some(got); }), std::errc::connection_reset);
        EXPECT_EQ(error_of([&] { server.write_all(bytes_of("x")); }), std::errc::connection_reset);
        EXPECT_EQ(error_of([&] { server.write_all(bytes_of("x")); }), std::errc::broken_pipe);
    }));
}

TEST(SimulatedNetwork, ResetsWhoWritesToAClosedPeer) {
    expect_clean(simulate(1, [](simulation&) {
        auto listener = net::tcp_listener::listen(server_place);
        auto client = net::tcp_stream::connect(server_place);
        listener.accept().close();
        EXPECT_EQ(read_all(client), "");
        client.write_all(bytes_of("anybody?"));
        this_fiber::sleep_for(1s);
        EXPECT_EQ(error_of([&] { client.write_all(bytes_of("x")); }), std::errc::connection_reset);
    }));
}

TEST(SimulatedNetwork, LetsAWriterWaitForAFullBuffer) {
    simulation_options narrow;
    narrow.network = {.least_buffer = 10, .most_buffer = 10};
    expect_clean(simulate(
        1,
        [](simulation&) {
            auto listener = net::tcp_listener::listen(server_place);
            auto client = net::tcp_stream::connect(server_place);
            auto server = listener.accept();
            const std::string much(1'000, 'm');
            EXPECT_FALSE(move_on_after(30min, [&] { client.write_all(bytes_of(much)); }));
            client.close();
            EXPECT_EQ(read_all(server), much.substr(0, 10));
        },
        narrow));
}

TEST(SimulatedNetwork, BreaksConnectionsByChance) {
    simulation_options bad;
    bad.network = {.reset = 1, .break_within = 100};
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        expect_clean(simulate(
            seed,
            [](simulation&) {
                auto listener = net::tcp_listener::listen(server_place);
                auto client = net::tcp_stream::connect(server_place);
                const auto server = listener.accept();
                const auto failure = error_of([&] {
                    for (;;) {
                        client.write_all(bytes_of(std::string(10, 'x')));
                        this_fiber::sleep_for(1s);
                    }
                });
                EXPECT_EQ(failure, std::errc::connection_reset);
            },
            bad));
    }
}

TEST(SimulatedNetwork, LosesAndDoublesDatagrams) {
    simulation_options bad;
    bad.network = {.datagram_lost = 0.3, .datagram_doubled = 0.3};
    std::set<int> counts;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        int came = 0;
        expect_clean(simulate(
            seed,
            [&](simulation&) {
                auto receiver = net::udp_socket::bind(server_place);
                auto sender = net::udp_socket::connect(server_place);
                for (int i = 0; i < 20; ++i) {
                    sender.send(bytes_of("hello"));
                }
                std::array<std::byte, 10> got{};
                while (move_on_after(1s, [&] {
                    const auto one = receiver.receive_from(got);
                    EXPECT_EQ(one.size, 5U);
                    EXPECT_EQ(one.from, sender.local_address());
                })) {
                    ++came;
                }
            },
            bad));
        counts.insert(came);
    }
    EXPECT_LT(*counts.begin(), 20);
    EXPECT_GT(counts.size(), 3U);
}

TEST(SimulatedNetwork, TellsWhoSendsDatagramsToNobody) {
    expect_clean(simulate(1, [](simulation&) {
        auto sender = net::udp_socket::connect(server_place);
        sender.send(bytes_of("hello"));
        std::array<std::byte, 10> got{};
        EXPECT_EQ(error_of([&] { (void)sender.receive_from(got); }), std::errc::connection_refused);
    }));
}

TEST(SimulatedNetwork, AnswersQuestionsForNames) {
    expect_clean(simulate(1, [](simulation& world) {
        world.network().add_name("shop.test", {"10.1.0.1", "fd00::7"});
        world.network().add_name("ill.test", name_answer::failure);
        world.network().add_name("mute.test", name_answer::none);
        net::resolver names;
        const auto found = names.resolve("Shop.test", 80);
        ASSERT_EQ(found.size(), 2U);
        EXPECT_THAT(found, ::testing::UnorderedElementsAre(
                               server_place, address::parse_endpoint("[fd00::7]:80", 0)));
        EXPECT_EQ(error_of([&] { (void)names.resolve("nobody.test", 80); }),
                  net::errc::name_not_found);
        EXPECT_EQ(error_of([&] { (void)names.resolve("ill.test", 80); }),
                  net::errc::resolver_failure);
        EXPECT_EQ(error_of([&] { (void)names.resolve("mute.test", 80); }),
                  net::errc::resolver_timeout);
    }));
}

TEST(SimulatedNetwork, CarriesConnectionsByName) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        expect_clean(simulate(seed, [](simulation& world) {
            world.network().add_name("shop.test", {"10.1.0.1", "fd00::7"});
            auto server = start_echo(server_place);
            net::resolver names;
            auto client = net::connect_tcp(names, "shop.test", 80);
            client.write_all(bytes_of("by name"));
            client.shutdown_write();
            EXPECT_EQ(read_all(client), "by name");
            client.close();
            server.get();
        }));
    }
}

TEST(SimulatedNetwork, WakesAReaderWhenItIsClosedOrCancelled) {
    expect_clean(simulate(1, [](simulation&) {
        auto listener = net::tcp_listener::listen(server_place);
        auto client = net::tcp_stream::connect(server_place);
        auto server = listener.accept();
        std::array<std::byte, 4> got{};
        EXPECT_FALSE(move_on_after(1s, [&] { (void)client.read_some(got); }));
        auto reader = spawn([&] { (void)client.read_some(got); });
        this_fiber::sleep_for(1s);
        client.close();
        EXPECT_EQ(error_of([&] { reader.get(); }), std::errc::bad_file_descriptor);
    }));
}

TEST(SimulatedNetwork, FailsARunThatLeavesSocketsOpen) {
    net::tcp_listener* leaked = nullptr;
    const auto found = simulate(1, [&](simulation&) {
        leaked = new net::tcp_listener(net::tcp_listener::listen(server_place));
    });
    delete leaked;
    EXPECT_THAT(found.failure, ::testing::HasSubstr("1 sockets are left open"));
}

TEST(SimulatedNetwork, WaitsForWorkersInRealTime) {
    expect_clean(simulate(1, [](simulation&) {
        const auto before = clock::now();
        EXPECT_EQ(to_thread([] { return 42; }), 42);
        EXPECT_EQ(clock::now(), before);
    }));
}

TEST(SimulatedNetwork, NamesTextThatIsNoAddress) {
    const auto found = simulate(1, [](simulation& world) { world.network().refuse("10.0.0"); });
    EXPECT_THAT(found.failure, ::testing::HasSubstr("\"10.0.0\" is no address"));
}

}  // namespace weft::testing
