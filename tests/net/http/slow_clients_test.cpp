// SPDX-License-Identifier: BSL-1.0
//
// Scenario 24: clients that hold connections by being slow, and 100 that behave. The clock is
// virtual, so 20 s of dripping takes a moment. Always with 100; SlowClientsLong has 5,000, and
// a test in real time.
#include <weft/http/server.hpp>

#include "server_harness.hpp"
#include "support/descriptor_limit.hpp"
#include "support/process_facts.hpp"
#include "support/runtime_test.hpp"
#include "tcp_server.hpp"

#include <weft/scope.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace weft::http::test {
namespace {

using namespace std::chrono_literals;
using weft::test::raise_descriptor_limit;
using weft::test::resident_bytes;
using weft::test::sanitized;

constexpr std::string_view long_post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n";
constexpr auto pace = 2s;  // of a slow client, between two bytes

/// How long a server waits for one. It looks at its clock each second, which costs real time.
constexpr auto allowed = 20s;

server_options impatient() {
    server_options chosen;
    chosen.header_timeout = chosen.body_timeout = chosen.write_timeout = allowed;
    return chosen;
}

std::string read_text(net::stream& from, std::size_t most) {
    std::string text(most, '\0');
    text.resize(from.read_some(std::as_writable_bytes(std::span(text))));
    return text;
}

/// Clients that each do the same on a connection of their own.
class crowd {
public:
    using behaviour = std::function<std::string(net::tcp_stream&)>;

    /// \param size  of the crowd, or as many as this process has descriptors for.
    crowd(const tcp_server& server, std::size_t size, const behaviour& behave) {
        const auto descriptors = raise_descriptor_limit(2 * size + 500);
        size = std::min(size, (descriptors - 500) / 2);
        while (all_.size() < size) {
            all_.push_back(
                spawn([client = server.connect(), behave]() mutable { return behave(client); }));
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }

    /// Waits for all. Returns how many ended with a result that begins with `expected`.
    std::size_t wait(std::string_view expected) {
        std::size_t as_expected = 0;
        for (auto& each : all_) {
            as_expected += each.get().starts_with(expected) ? 1U : 0U;
        }
        return as_expected;
    }

private:
    std::vector<task<std::string>> all_;
};

/// 100 clients that ask again and again, check each answer and take the time it needs.
class bystanders {
public:
    /// \param groups  that begin at different times: each look at the silent descriptors before
    ///                virtual time moves takes a millisecond.
    bystanders(const tcp_server& server, clock::duration pause, std::size_t groups = 1) {
        for (std::size_t i = 0; i < count; ++i) {
            const auto delay = pause * (i % groups) / groups;
            all_.push_back(spawn([this, pause, delay, client = server.connect()]() mutable {
                this_fiber::sleep_for(delay);
                while (!over_) {
                    ask(client);
                    this_fiber::sleep_for(pause);
                }
            }));
        }
    }

    /// Lets each finish the request it is at.
    void stop() {
        over_ = true;
        for (auto& each : all_) {
            each.get();
        }
    }

    [[nodiscard]] std::size_t answered() const noexcept { return latencies_.size(); }
    [[nodiscard]] std::size_t lost() const noexcept { return lost_; }

    /// The time that 99 % of the answers since the last call did not exceed.
    std::chrono::nanoseconds take_p99() {
        const auto rank = latencies_.begin() + static_cast<std::ptrdiff_t>(answered() * 99 / 100);
        std::nth_element(latencies_.begin(), rank, latencies_.end());
        const auto found = *rank;
        latencies_.clear();
        return found;
    }

    static constexpr std::size_t count = 100;

private:
    void ask(net::tcp_stream& client) {
        const auto began = std::chrono::steady_clock::now();
        client.write_all(net::bytes_of(get));
        const auto answer = read_text(client, 512);
        latencies_.push_back(std::chrono::steady_clock::now() - began);
        lost_ += answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("hello") ? 0U : 1U;
    }

    std::vector<std::chrono::nanoseconds> latencies_;
    std::size_t lost_ = 0;
    bool over_ = false;
    std::vector<task<>> all_;
};

/// Says `opening`, then one byte at a time until the server has had enough; returns its answer.
crowd::behaviour drip(std::string_view opening) {
    return [opening](net::tcp_stream& client) {
        client.write_all(net::bytes_of(opening));
        std::string answer;
        while (!move_on_after(pace, [&] { answer = read_text(client, 512); })) {
            client.write_all(net::bytes_of("x"));
        }
        return answer;
    };
}

/// Asks for much and takes one byte at a time, for longer than the server waits.
std::string sip(net::tcp_stream& client) {
    const int small = 1;  // the kernel takes its minimum
    ::setsockopt(client.native(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    client.write_all(net::bytes_of(get));
    std::string taken;
    while (taken.size() < 15) {
        taken += read_text(client, 1);
        this_fiber::sleep_for(pace);
    }
    return taken;
}

void expect_slow_heads_to_be_refused(std::size_t many) {
    tcp_server tested(hello, impatient());
    bystanders others(tested, pace);
    const auto before = resident_bytes();
    crowd slow(tested, many, drip("G"));
    this_fiber::sleep_for(allowed / 2);
    EXPECT_EQ(tested->connections(), slow.size() + others.count);
    // Both ends are in this process: two fibers and their buffers. A sanitizer adds megabytes.
    EXPECT_LE((resident_bytes() - before) / slow.size(), sanitized() ? 4'000'000U : 50'000U);
    EXPECT_EQ(slow.wait("HTTP/1.1 408 "), slow.size());
    EXPECT_GE(clock::now().time_since_epoch(), allowed);
    EXPECT_LE(clock::now().time_since_epoch(), allowed + 2s);
    this_fiber::sleep_for(1s);  // until the server has seen them go
    EXPECT_EQ(tested->connections(), others.count);
    others.stop();
    EXPECT_GE(others.answered(), 10 * others.count);
    EXPECT_EQ(others.lost(), 0U);
}

void expect_slow_bodies_to_be_refused(std::size_t many) {
    tcp_server tested(hello, impatient());
    bystanders others(tested, pace);
    crowd slow(tested, many, drip(long_post));
    EXPECT_EQ(slow.wait("HTTP/1.1 408 "), slow.size());
    EXPECT_GE(clock::now().time_since_epoch(), allowed);
    EXPECT_LE(clock::now().time_since_epoch(), allowed + 2s);
    this_fiber::sleep_for(1s);  // until the server has seen them go
    EXPECT_EQ(tested->connections(), others.count);
    others.stop();
    EXPECT_GE(others.answered(), 10 * others.count);
    EXPECT_EQ(others.lost(), 0U);
}

void expect_slow_readers_to_be_given_up(std::size_t many) {
    tcp_server tested([](request&, response& answered) { answered.body.assign(100'000, 'x'); },
                      impatient());
    tcp_server beside(hello);
    const int small = 1;  // what the kernel would hold for each is not what is tested
    ::setsockopt(tested.listener().native(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    bystanders others(beside, pace);
    crowd slow(tested, many, sip);
    this_fiber::sleep_for(allowed / 2);
    EXPECT_EQ(tested->connections(), slow.size());
    this_fiber::sleep_for(allowed / 2 + 2s);
    EXPECT_EQ(tested->connections(), 0U);
    EXPECT_EQ(slow.wait("HTTP/1.1 200 OK"), slow.size());
    others.stop();
    EXPECT_GE(others.answered(), 10 * others.count);
    EXPECT_EQ(others.lost(), 0U);
}

using SlowClientsSlow = weft::test::runtime_test;
class SlowClientsLong : public weft::test::runtime_test {
protected:
    SlowClientsLong() { may_compute(); }
};
constexpr std::size_t many_clients = sanitized() ? 500 : 5'000;

FIBER_TEST_F(SlowClientsSlow, SlowHeadsAreRefusedInTimeWhileOthersAreServed) {
    expect_slow_heads_to_be_refused(100);
}

FIBER_TEST_F(SlowClientsSlow, SlowBodiesAreRefusedInTimeWhileOthersAreServed) {
    expect_slow_bodies_to_be_refused(100);
}

FIBER_TEST_F(SlowClientsSlow, SlowReadersAreGivenUpInTimeWhileOthersAreServed) {
    expect_slow_readers_to_be_given_up(50);
}

FIBER_TEST_F(SlowClientsLong, SlowHeadsAreRefusedInTimeWhileOthersAreServed) {
    expect_slow_heads_to_be_refused(many_clients);
}

FIBER_TEST_F(SlowClientsLong, SlowBodiesAreRefusedInTimeWhileOthersAreServed) {
    expect_slow_bodies_to_be_refused(many_clients);
}

FIBER_TEST_F(SlowClientsLong, SlowReadersAreGivenUpInTimeWhileOthersAreServed) {
    expect_slow_readers_to_be_given_up(many_clients / 5);
}

// In real time, for a machine that does nothing else: about 90 s.
TEST_F(SlowClientsLong, KeepTheLatencyOfOthersWithinTwice) {
    use_real_time();
    time_limit = 10min;
    run([] {
        tcp_server tested(hello);
        bystanders others(tested, 100ms, bystanders::count);
        this_fiber::sleep_for(10s);
        const auto idle = others.take_p99();
        crowd slow(tested, many_clients, drip("G"));
        EXPECT_EQ(slow.wait("HTTP/1.1 408 "), slow.size());
        const auto besieged = others.take_p99();
        std::cout << "p99 in ns: idle " << idle.count() << ", besieged " << besieged.count()
                  << '\n';
        EXPECT_LE(besieged, 2 * idle);
        others.stop();
        EXPECT_EQ(others.lost(), 0U);
    });
}

}  // namespace
}  // namespace weft::http::test
