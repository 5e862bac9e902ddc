// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/fault_gate.hpp>

#include <weft/net/error.hpp>
#include <weft/net/serve.hpp>
#include <weft/net/tcp.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/testing/fiber_test.hpp>
#include <weft/testing/simulate.hpp>
#include <weft/this_fiber.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>

namespace weft::testing {

namespace {

using namespace std::chrono_literals;
using net::bytes_of;

/// A server that echoes, a gate before it, and a client behind that.
class gated_echo {
public:
    [[nodiscard]] net::tcp_stream connect() const {
        return net::tcp_stream::connect(gate.address());
    }

    /// What comes back for `text` within a second, over a new connection.
    [[nodiscard]] std::string ask(std::string_view text) const {
        auto client = connect();
        return ask(client, text);
    }

    [[nodiscard]] static std::string ask(net::tcp_stream& client, std::string_view text) {
        std::string back;
        client.write_all(bytes_of(text));
        std::array<std::byte, 100> block{};
        (void)move_on_after(1s, [&] {
            while (back.size() < text.size()) {
                const auto count = client.read_some(block);
                if (count == 0) {
                    back += "(end)";
                    return;
                }
                back.append(reinterpret_cast<const char*>(block.data()), count);
            }
        });
        return back;
    }

private:
    net::tcp_listener listener_ = net::tcp_listener::listen(net::address::loopback_v4(0));
    task<void> serving_ = spawn([this] {
        net::serve(listener_,
                   [](net::tcp_stream& peer) {
                       std::array<std::byte, 100> block{};
                       while (const auto count = peer.read_some(block)) {
                           peer.write_all(std::span(block).first(count));
                       }
                   },
                   {.on_error = [](std::exception_ptr) {}});
    });

public:
    fault_gate gate{listener_.local_address()};
};

std::error_code failure_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const io_error& failed) {
        return failed.code();
    }
    return {};
}

/// Each test runs in a simulation: on virtual time, and without a port of the machine.
void with_gate(const std::function<void(gated_echo&)>& body) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        const auto found = simulate(seed, [&](simulation&) {
            gated_echo tested;
            body(tested);
            tested.gate.recover();
            EXPECT_EQ(tested.ask("restored"), "restored");
        });
        EXPECT_FALSE(found.failed()) << "seed " << seed << ": " << found.failure;
    }
}

}  // namespace

TEST(FaultGate, PassesEverythingOn) {
    with_gate([](gated_echo& tested) {
        const std::string much(10'000, 'x');
        EXPECT_EQ(tested.ask(much), much);
        EXPECT_EQ(tested.gate.passed(), 2 * much.size());
        EXPECT_EQ(tested.gate.accepted(), 1U);
    });
}

TEST(FaultGate, Delays) {
    with_gate([](gated_echo& tested) {
        tested.gate.set({.to_server = false, .delay = 300ms});
        const auto before = clock::now();
        EXPECT_EQ(tested.ask("x"), "x");
        EXPECT_GE(clock::now() - before, 300ms);
        EXPECT_LE(clock::now() - before, 500ms);
    });
}

TEST(FaultGate, Drops) {
    with_gate([](gated_echo& tested) {
        auto client = tested.connect();
        EXPECT_EQ(gated_echo::ask(client, "one"), "one");
        tested.gate.set({.to_server = false, .drop = true});
        EXPECT_EQ(gated_echo::ask(client, "two"), "");
        tested.gate.recover();
        EXPECT_EQ(gated_echo::ask(client, "three"), "three");
    });
}

TEST(FaultGate, CutsIntoSingleBytes) {
    with_gate([](gated_echo& tested) {
        tested.gate.set({.to_server = false, .largest_piece = 1});
        auto client = tested.connect();
        EXPECT_EQ(gated_echo::ask(client, "12345"), "12345");
    });
    // Each byte is a write of its own, whatever the network makes of it.
    const auto found = simulate(1,
                                [](simulation&) {
                                    gated_echo tested;
                                    tested.gate.set({.to_client = false, .largest_piece = 1});
                                    EXPECT_EQ(tested.ask("12345"), "12345");
                                },
                                {.network = {.short_read = 0, .short_write = 0}});
    EXPECT_FALSE(found.failed()) << found.failure;
    std::size_t singles = 0;
    const auto trace = found.trace();
    for (auto at = trace.find("sends 1\n"); at != trace.npos;
         at = trace.find("sends 1\n", at + 1)) {
        ++singles;
    }
    EXPECT_EQ(singles, 5U);
}

TEST(FaultGate, LimitsBytes) {
    with_gate([](gated_echo& tested) {
        tested.gate.set({.limit = 4});
        EXPECT_EQ(tested.ask("123456789"), "1234");
        EXPECT_EQ(tested.ask("abcdefghi"), "abcd");
    });
}

TEST(FaultGate, CountsBytesFromTheLatestChange) {
    with_gate([](gated_echo& tested) {
        auto client = tested.connect();
        for (int i = 0; i < 2; ++i) {
            tested.gate.set({.to_client = false, .limit = 4});
            EXPECT_EQ(gated_echo::ask(client, "123456789"), "1234");
        }
    });
}

TEST(FaultGate, PassesTheEndOnUnlessItDrops) {
    with_gate([](gated_echo& tested) {
        auto client = tested.connect();
        client.shutdown_write();
        std::array<std::byte, 1> none{};
        EXPECT_TRUE(move_on_after(1s, [&] { EXPECT_EQ(client.read_some(none), 0U); }));
        auto other = tested.connect();
        tested.gate.set({.to_client = false, .drop = true});
        other.shutdown_write();
        EXPECT_FALSE(move_on_after(1s, [&] { (void)other.read_some(none); }));
    });
}

TEST(FaultGate, LetsInAsManyAsItIsTold) {
    with_gate([](gated_echo& tested) {
        fault_gate narrow(tested.gate.address(), {.max_connections = 1});
        auto first = net::tcp_stream::connect(narrow.address());
        EXPECT_EQ(gated_echo::ask(first, "one"), "one");
        auto second = net::tcp_stream::connect(narrow.address());  // into the backlog
        EXPECT_EQ(gated_echo::ask(second, "two"), "");
        first.close();
        std::array<std::byte, 3> late{};
        EXPECT_GT(second.read_some(late), 0U);
    });
}

TEST(FaultGate, PassesAResetOn) {
    const auto found = simulate(1, [](simulation& world) {
        const auto at = net::address::parse_endpoint("10.1.0.1:80", 0);
        auto listener = net::tcp_listener::listen(at);
        fault_gate gate(at);
        auto client = net::tcp_stream::connect(gate.address());
        auto server = listener.accept();
        std::array<std::byte, 1> none{};
        client.write_all(bytes_of("x"));
        EXPECT_EQ(server.read_some(none), 1U);  // so the gate has connected
        world.network().reset_connections("10.1.0.1");
        EXPECT_EQ(failure_of([&] { (void)client.read_some(none); }), std::errc::connection_reset);
    });
    EXPECT_FALSE(found.failed()) << found.failure;
}

TEST(FaultGate, CorruptsBytes) {
    with_gate([](gated_echo& tested) {
        tested.gate.set({.to_client = false, .corrupt_every = 3});
        EXPECT_EQ(tested.ask("abcdefg"), "abCdeFg");
    });
}

TEST(FaultGate, ClosesOnData) {
    with_gate([](gated_echo& tested) {
        auto client = tested.connect();
        EXPECT_EQ(gated_echo::ask(client, "one"), "one");
        tested.gate.set({.close_after = 0});
        EXPECT_EQ(gated_echo::ask(client, "2"), "(end)");
    });
}

TEST(FaultGate, ClosesAfterSomeBytes) {
    with_gate([](gated_echo& tested) {
        tested.gate.set({.to_server = false, .close_after = 4});
        EXPECT_EQ(tested.ask("123456789"), "1234(end)");
    });
}

TEST(FaultGate, Resets) {
    with_gate([](gated_echo& tested) {
        tested.gate.set({.close_after = 0, .reset = true});
        EXPECT_EQ(failure_of([&] { (void)tested.ask("two"); }), std::errc::connection_reset);
        tested.gate.recover();
        auto client = tested.connect();
        EXPECT_EQ(gated_echo::ask(client, "one"), "one");
        tested.gate.close_connections(true);
        EXPECT_EQ(failure_of([&] { (void)gated_echo::ask(client, "two"); }),
                  std::errc::connection_reset);
    });
}

TEST(FaultGate, StopsAccepting) {
    with_gate([](gated_echo& tested) {
        tested.gate.set({.stop_accepting = true});
        auto client = tested.connect();  // into the backlog
        EXPECT_EQ(gated_echo::ask(client, "one"), "");
        tested.gate.recover();
        std::array<std::byte, 3> late{};
        EXPECT_GT(client.read_some(late), 0U);
    });
}

TEST(FaultGate, Refuses) {
    with_gate([](gated_echo& tested) {
        tested.gate.set({.refuse = true});
        EXPECT_EQ(failure_of([&] { (void)tested.connect(); }), std::errc::connection_refused);
    });
}

// A wait may let others run before it begins: once, the gate missed that it was opened then.
TEST(FaultGate, OpensHoweverSoonAfterItWasShut) {
    with_gate([](gated_echo& tested) {
        for (int turns = 0; turns < 4; ++turns) {
            tested.gate.set({.refuse = true});
            for (int i = 0; i < turns; ++i) {
                this_fiber::yield();
            }
            tested.gate.recover();
            EXPECT_EQ(tested.ask("open"), "open");
        }
    });
}

TEST(FaultGate, ResetsClientsOfAServerThatIsGone) {
    const auto found = simulate(1, [](simulation&) {
        fault_gate gate(net::address::parse_endpoint("10.1.0.1:80", 0));
        auto client = net::tcp_stream::connect(gate.address());
        std::array<std::byte, 3> none{};
        EXPECT_EQ(failure_of([&] { (void)client.read_some(none); }), std::errc::connection_reset);
        EXPECT_EQ(gate.open_connections(), 0U);
    });
    EXPECT_FALSE(found.failed()) << found.failure;
}

FIBER_TEST(FaultGateOnLoopback, WorksOnTheMachinesOwnNetwork) {
    gated_echo tested;
    EXPECT_EQ(tested.ask("hello"), "hello");
    tested.gate.set({.corrupt_every = 1});
    EXPECT_EQ(tested.ask("hello"), "hello");  // there and back
    tested.gate.set({.close_after = 0, .reset = true});
    EXPECT_EQ(failure_of([&] { (void)tested.ask("two"); }), std::errc::connection_reset);
    tested.gate.set({.refuse = true});
    EXPECT_EQ(failure_of([&] { (void)tested.connect(); }), std::errc::connection_refused);
    tested.gate.recover();
    EXPECT_EQ(tested.ask("restored"), "restored");
}

}  // namespace weft::testing
