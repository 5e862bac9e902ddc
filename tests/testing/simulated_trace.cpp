// SPDX-License-Identifier: BSL-1.0
//
// simulated_trace SCENARIO: prints the events of a simulation with the seeds 1 to 3. Two processes
// must print the same; simulated_trace_test.cpp compares them.
#include "simulated_shop.hpp"

#include <weft/net/error.hpp>
#include <weft/net/tcp.hpp>
#include <weft/net/tls.hpp>
#include <weft/net/udp.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/testing/simulate.hpp>
#include <weft/this_fiber.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using weft::net::address;
using weft::testing::simulation;

const auto place = address::parse_endpoint("10.1.0.1:443", 0);

/// Gives back what comes until the end.
void echo(weft::net::stream& client) {
    std::array<std::byte, 700> block{};
    while (const auto count = client.read_some(block)) {
        client.write_all(std::span(block).first(count));
    }
    client.shutdown_write();
}

void say(weft::net::stream& server, const std::string& text, simulation& world) {
    std::size_t returned = 0;
    server.write_all(weft::net::bytes_of(text));
    std::array<std::byte, 300> block{};
    while (returned < text.size()) {
        const auto count = server.read_some(block);
        if (count == 0) {
            break;
        }
        returned += count;
    }
    world.note("returned " + std::to_string(returned));
}

using wrap = std::function<std::unique_ptr<weft::net::stream>(weft::net::tcp_stream plain)>;

/// Three clients of an echo server; what goes wrong is noted.
void talk(simulation& world, const wrap& by_client, const wrap& by_server) {
    auto listener = weft::net::tcp_listener::listen(place);
    std::vector<weft::task<>> clients;
    for (int i = 0; i < 3; ++i) {
        clients.push_back(weft::spawn([&, i] {
            try {
                const auto server = by_client(weft::net::tcp_stream::connect(place));
                say(*server, std::string(std::size_t{1'000} << i, 'x'), world);
                server->close();
            } catch (const weft::io_error& failed) {
                world.note("client: " + failed.code().message());
            }
        }));
    }
    std::vector<weft::task<>> served;
    (void)weft::move_on_after(10min, [&] {
        while (true) {
            auto accepted = listener.accept();
            served.push_back(
                weft::spawn([&world, &by_server, plain = std::move(accepted)]() mutable {
                    try {
                        const auto client = by_server(std::move(plain));
                        (void)weft::move_on_after(1h, [&] { echo(*client); });
                    } catch (const weft::io_error& failed) {
                        world.note("server: " + failed.code().message());
                    }
                }));
        }
    });
    for (auto& each : clients) {
        each.cancel();  // of what went silent
        each.join();
    }
    for (auto& each : served) {
        each.cancel();
        each.join();
    }
}

/// Datagrams that get lost and overtake each other.
void ask(simulation& world) {
    auto answering = weft::net::udp_socket::bind(address::parse_endpoint("10.1.0.2:53", 0));
    auto asking = weft::net::udp_socket::bind(address::parse_endpoint("10.0.0.1:0", 0));
    auto answers = weft::spawn([&] {
        std::array<std::byte, 100> block{};
        while (true) {
            const auto got = answering.receive_from(block);
            answering.send_to(std::span(block).first(got.size), got.from);
        }
    });
    for (std::size_t i = 1; i <= 20; ++i) {
        asking.send_to(std::vector<std::byte>(i), answering.local_address());
    }
    std::array<std::byte, 100> block{};
    while (weft::move_on_after(
        1s, [&] { world.note("answer " + std::to_string(asking.receive_from(block).size)); })) {
    }
    answers.cancel();
    answers.join();
}

void network(simulation& world) {
    const auto plain = [](weft::net::tcp_stream stream) {
        return std::make_unique<weft::net::tcp_stream>(std::move(stream));
    };
    talk(world, plain, plain);
    ask(world);
}

std::string content_of(const std::string& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// With an RSA key: the length of its signatures does not vary, as that of others does.
void tls(simulation& world) {
    const auto certificate = content_of(WEFT_TEST_FILES "/rsa_certificate.pem");
    const auto as_client = weft::net::tls_context::client({.ca_pem = certificate});
    const auto as_server = weft::net::tls_context::server(
        {.certificate_pem = certificate,
         .private_key_pem = content_of(WEFT_TEST_FILES "/rsa_key.pem")});
    talk(
        world,
        [&](weft::net::tcp_stream stream) {
            return std::make_unique<weft::net::tls_stream>(
                std::make_unique<weft::net::tcp_stream>(std::move(stream)), as_client, "shop.test");
        },
        [&](weft::net::tcp_stream stream) {
            return std::make_unique<weft::net::tls_stream>(
                std::make_unique<weft::net::tcp_stream>(std::move(stream)), as_server);
        });
}

/// Three clients that share a session ask and order; what goes wrong is noted.
void http(simulation& world) {
    weft::testing::shop::server server("10.1.0.1:80");
    weft::http::session_options few;
    few.max_connections = 2;
    weft::testing::shop::client asking(std::move(few));
    const auto ask = [&](const std::string& what, bool order) {
        try {
            const weft::http::url target("http://10.1.0.1" + what);
            auto answer = order ? asking->post(target, "!") : asking->get(target);
            world.note(what + " is " + std::to_string(answer.read_all().size()));
        } catch (const weft::io_error& failed) {
            world.note(what + ": " + failed.code().message());
        }
    };
    std::vector<weft::task<>> clients;
    for (const char* name : {"/a", "/b", "/c"}) {
        clients.push_back(weft::spawn([&world, &ask, name] {
            (void)weft::move_on_after(1h, [&] {
                for (int i = 0; i < 5; ++i) {
                    ask(name + std::to_string(i), world.chance(0.5));
                }
            });
        }));
    }
    for (auto& each : clients) {
        each.get();
    }
}

struct scenario {
    void (*body)(simulation& world);
    weft::testing::network_conditions network = weft::testing::network_conditions::hostile();
};

/// A network in which nothing depends on how many bytes are sent at once.
weft::testing::network_conditions calm() {
    return {.least_latency = 1ms,
            .most_latency = 1ms,
            .jitter = {},
            .least_buffer = 256 * 1024,
            .short_read = 0,
            .short_write = 0};
}

}  // namespace

int main(int count, char** arguments) {
    const std::map<std::string, scenario> scenarios{{"network", {.body = network}},
                                                    {"http", {.body = http}},
                                                    {"tls", {.body = tls}},
                                                    {"calm-tls", {.body = tls, .network = calm()}}};
    const auto chosen = count == 2 ? scenarios.find(arguments[1]) : scenarios.end();
    if (chosen == scenarios.end()) {
        std::cerr << "usage: simulated_trace network|http|tls|calm-tls\n";
        return 2;
    }
    // Differs between processes, so the test knows that nothing in the trace comes from an address.
    std::cerr << reinterpret_cast<const void*>(&tls) << '\n';
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        const auto found = weft::testing::simulate(
            seed, chosen->second.body, {.network = chosen->second.network, .time_limit = 12h});
        std::cout << "seed " << seed << '\n' << found.trace();
        if (found.failed()) {
            std::cerr << found.failure;
            return 1;
        }
    }
    return 0;
}
