// SPDX-License-Identifier: BSL-1.0
//
// Each condition and each break of a simulated network does what it says, and nothing else.
#include <weft/testing/simulated_network.hpp>

#include <weft/net/dns.hpp>
#include <weft/net/error.hpp>
#include <weft/net/tcp.hpp>
#include <weft/net/udp.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/testing/simulate.hpp>
#include <weft/this_fiber.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <system_error>
#include <vector>

namespace weft::testing::weather {
namespace {

using namespace std::chrono_literals;
using net::address;
using net::bytes_of;

const auto place = address::parse_endpoint("10.1.0.1:80", 0);

/// No latency to speak of, no chance: what a test wants is added.
network_conditions calm() {
    return {
        .least_latency = 1ms, .most_latency = 1ms, .jitter = 0s, .short_read = 0, .short_write = 0};
}

simulation_result run_in(const network_conditions& network, const simulation_body& body) {
    auto found = simulate(1, body, {.network = network});
    EXPECT_FALSE(found.failed()) << found.failure << "\n" << found.trace().substr(0, 4'000);
    return found;
}

std::error_code error_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const io_error& failed) {
        return failed.code();
    }
    return {};
}

void connect() {
    (void)net::tcp_stream::connect(place);
}

struct connection {
    net::tcp_listener listener = net::tcp_listener::listen(place);
    net::tcp_stream client = net::tcp_stream::connect(place);
    net::tcp_stream server = listener.accept();
};

/// Sizes of the datagrams that come until none does for a second.
std::vector<std::size_t> sizes_at(net::udp_socket& receiver) {
    std::vector<std::size_t> sizes;
    std::array<std::byte, 2'000> block{};
    while (move_on_after(1s, [&] { sizes.push_back(receiver.receive_from(block).size); })) {
    }
    return sizes;
}

TEST(SimulatedWeather, SlowConnectionsTakeTheirTime) {
    auto slow = calm();
    slow.slow = 1;
    slow.slow_rate = 1'000;
    run_in(slow, [](simulation&) {
        connection made;
        const auto before = clock::now();
        made.client.write_all(bytes_of(std::string(2'000, 'x')));
        std::array<std::byte, 2'000> block{};
        for (std::size_t got = 0; got < block.size();) {
            got += made.server.read_some(block);
        }
        EXPECT_GE(clock::now() - before, 2s);
        EXPECT_LE(clock::now() - before, 4s);
    });
}

TEST(SimulatedWeather, JitterLetsDatagramsOvertake) {
    auto shaky = calm();
    shaky.jitter = 500ms;
    run_in(shaky, [](simulation&) {
        auto receiver = net::udp_socket::bind(place);
        auto sender = net::udp_socket::connect(place);
        std::vector<std::size_t> sent;
        for (std::size_t size = 1; size <= 20; ++size) {
            sender.send(bytes_of(std::string(size, 'x')));
            sent.push_back(size);
        }
        const auto came = sizes_at(receiver);
        EXPECT_EQ(came.size(), sent.size());
        EXPECT_NE(came, sent);
    });
}

TEST(SimulatedWeather, JitterDelaysConnections) {
    auto shaky = calm();
    shaky.jitter = 500ms;
    run_in(shaky, [](simulation&) {
        const auto before = clock::now();
        const connection made;
        EXPECT_GT(clock::now() - before, 2ms);
    });
    run_in(calm(), [](simulation&) {
        const auto before = clock::now();
        const connection made;
        EXPECT_EQ(clock::now() - before, 2ms);
    });
}

TEST(SimulatedWeather, EveryConnectionMayBeRefused) {
    auto refusing = calm();
    refusing.refused = 1;
    run_in(refusing, [](simulation&) {
        const auto listener = net::tcp_listener::listen(place);
        EXPECT_EQ(error_of(&connect), std::errc::connection_refused);
    });
}

TEST(SimulatedWeather, ReadsAreShort) {
    auto shorter = calm();
    shorter.short_read = 1;
    run_in(shorter, [](simulation&) {
        connection made;
        made.client.write_all(bytes_of(std::string(1'000, 'x')));
        this_fiber::sleep_for(1s);
        std::array<std::byte, 1'000> block{};
        int reads = 0;
        for (std::size_t got = 0; got < block.size(); ++reads) {
            got += made.server.read_some(block);
        }
        EXPECT_GT(reads, 1);
    });
}

TEST(SimulatedWeather, WritesAreShort) {
    const auto body = [](simulation&) {
        connection made;
        made.client.write_all(bytes_of(std::string(1'000, 'x')));
        std::array<std::byte, 1'000> block{};
        for (std::size_t got = 0; got < block.size();) {
            got += made.server.read_some(block);
        }
    };
    auto shorter = calm();
    shorter.short_write = 1;
    EXPECT_EQ(run_in(shorter, body).trace().find("sends 1000"), std::string::npos);
    EXPECT_NE(run_in(calm(), body).trace().find("sends 1000"), std::string::npos);
}

TEST(SimulatedWeather, DatagramsComeTwice) {
    auto doubling = calm();
    doubling.datagram_doubled = 1;
    run_in(doubling, [](simulation&) {
        auto receiver = net::udp_socket::bind(place);
        net::udp_socket::connect(place).send(bytes_of("seven.."));
        EXPECT_EQ(sizes_at(receiver), (std::vector<std::size_t>{7, 7}));
    });
}

TEST(SimulatedWeather, NameServersFailOrKeepSilent) {
    const auto outcome = [](const network_conditions& network) {
        std::error_code failed;
        run_in(network, [&](simulation& world) {
            world.network().add_name("shop.test", {"10.1.0.1"});
            net::resolver names;
            failed = error_of([&] { (void)names.resolve("shop.test", 80); });
        });
        return failed;
    };
    auto ill = calm();
    ill.name_failure = 1;
    auto silent = calm();
    silent.name_silence = 1;
    EXPECT_EQ(outcome(calm()), std::error_code());
    EXPECT_EQ(outcome(ill), net::errc::resolver_failure);
    EXPECT_EQ(outcome(silent), net::errc::resolver_timeout);
}

TEST(SimulatedWeather, NamesAreKnownForAsLongAsTheyLive) {
    const auto seconds_known = [](std::chrono::seconds ttl) {
        std::chrono::seconds known{};
        run_in(calm(), [&](simulation& world) {
            world.network().add_name("shop.test", {"10.1.0.1"}, ttl);
            net::resolver names;
            const auto found = [&] { return names.resolve("shop.test", 80).front().host(); };
            EXPECT_EQ(found(), "10.1.0.1");
            world.network().add_name("shop.test", {"10.1.0.2"}, ttl);
            for (; known < 100s && found() == "10.1.0.1"; ++known) {
                this_fiber::sleep_for(1s);
            }
        });
        return known;
    };
    EXPECT_EQ(seconds_known(30s), 30s);
    EXPECT_EQ(seconds_known(7s), 7s);
}

TEST(SimulatedBreaks, ARefusedPortRefusesNoOther) {
    run_in(calm(), [](simulation& world) {
        const auto one = net::tcp_listener::listen(place);
        const auto other = net::tcp_listener::listen(place.with_port(81));
        world.network().refuse("10.1.0.1:80");
        EXPECT_EQ(error_of(&connect), std::errc::connection_refused);
        EXPECT_EQ(error_of([] { (void)net::tcp_stream::connect(place.with_port(81)); }),
                  std::error_code());
    });
}

TEST(SimulatedBreaks, NobodyConnectsThroughThemUntilTheyAreHealed) {
    using breaking = std::function<void(simulated_network&)>;
    const std::vector<breaking> breaks{
        [](auto& network) { network.partition("10.0.0.1", "10.1.0.1"); },
        [](auto& network) { network.isolate("10.1.0.1"); },
        [](auto& network) { network.refuse("10.1.0.1"); },
        [](auto& network) { network.black_hole("10.1.0.1"); },
        [](auto& network) { network.make_unreachable("10.1.0.1"); },
    };
    run_in(calm(), [&](simulation& world) {
        const auto listener = net::tcp_listener::listen(place);
        auto network = world.network();
        for (const auto& each : breaks) {
            each(network);
            EXPECT_NE(error_of(&connect), std::error_code());
            network.heal();
            EXPECT_EQ(error_of(&connect), std::error_code());
        }
    });
}

TEST(SimulatedBreaks, NoDatagramPassesAPartition) {
    run_in(calm(), [](simulation& world) {
        auto receiver = net::udp_socket::bind(place);
        auto sender = net::udp_socket::connect(place);
        world.network().partition("10.0.0.1", "10.1.0.1");
        sender.send(bytes_of("lost"));
        EXPECT_TRUE(sizes_at(receiver).empty());
        world.network().heal();
        sender.send(bytes_of("there"));
        EXPECT_EQ(sizes_at(receiver), std::vector<std::size_t>{5});
    });
}

TEST(SimulatedLimits, ABacklogLetsInAsManyAsItHolds) {
    run_in(calm(), [](simulation&) {
        auto listener = net::tcp_listener::listen(place, {.backlog = 1});
        const auto first = net::tcp_stream::connect(place);
        const auto second = net::tcp_stream::connect(place);
        EXPECT_FALSE(move_on_after(10s, &connect));
        (void)listener.accept();
        EXPECT_TRUE(move_on_after(10s, &connect));
    });
}

TEST(SimulatedLimits, AListenerThatClosesResetsWhoWaits) {
    run_in(calm(), [](simulation&) {
        auto listener = net::tcp_listener::listen(place);
        auto client = net::tcp_stream::connect(place);
        listener.close();
        std::array<std::byte, 1> none{};
        EXPECT_EQ(error_of([&] { (void)client.read_some(none); }), std::errc::connection_reset);
    });
}

TEST(SimulatedLimits, BytesToAClosedReaderResetTheirWriter) {
    run_in(calm(), [](simulation&) {
        connection made;
        made.client.write_all(bytes_of("on its way"));
        made.server.close();  // which has read nothing, and to which nothing has come
        std::array<std::byte, 1> none{};
        EXPECT_EQ(made.client.read_some(none), 0U);  // the end
        this_fiber::sleep_for(1s);
        EXPECT_EQ(error_of([&] { (void)made.client.read_some(none); }),
                  std::errc::connection_reset);
    });
}

TEST(SimulatedLimits, NothingIsSentAfterTheEnd) {
    run_in(calm(), [](simulation&) {
        connection made;
        made.client.shutdown_write();
        EXPECT_EQ(error_of([&] { made.client.write_all(bytes_of("more")); }),
                  std::errc::broken_pipe);
    });
}

TEST(SimulatedLimits, ASocketHoldsSoManyDatagrams) {
    run_in(calm(), [](simulation&) {
        auto receiver = net::udp_socket::bind(place);
        auto sender = net::udp_socket::connect(place);
        for (int i = 0; i < 300; ++i) {
            sender.send(bytes_of(std::string(1'024, 'x')));
        }
        this_fiber::sleep_for(1s);
        EXPECT_EQ(sizes_at(receiver).size(), 208U);
    });
}

TEST(SimulatedLimits, DatagramsHaveALongestSizeAndAreCut) {
    run_in(calm(), [](simulation&) {
        auto receiver = net::udp_socket::bind(place);
        auto sender = net::udp_socket::connect(place);
        EXPECT_EQ(error_of([&] { sender.send(bytes_of(std::string(65'508, 'x'))); }),
                  std::errc::message_size);
        sender.send(bytes_of("12345"));
        sender.send(bytes_of("123"));
        std::array<std::byte, 3> block{};
        EXPECT_TRUE(receiver.receive_from(block).truncated);
        EXPECT_FALSE(receiver.receive_from(block).truncated);
    });
}

}  // namespace
}  // namespace weft::testing::weather
