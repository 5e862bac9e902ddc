// SPDX-License-Identifier: BSL-1.0
//
// Faults from outside: signals, a stopped process, no memory, no descriptors. Every case ends
// with a look at whether service goes on.
#include <weft/io.hpp>
#include <weft/run.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/worker_pool.hpp>

#include "support/descriptors.hpp"
#include "support/process_facts.hpp"
#include "support/runtime_test.hpp"

#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;
using Faults = test::runtime_test;
using FaultsSlow = test::runtime_test;

/// SIGALRM a thousand times a second, without SA_RESTART, for a lifetime.
class alarms {
public:
    alarms() {
        struct sigaction counting {};
        counting.sa_handler = [](int) { ++count; };
        ::sigaction(SIGALRM, &counting, &before_);
        const itimerval each{{0, 1000}, {0, 1000}};
        ::setitimer(ITIMER_REAL, &each, nullptr);
    }
    alarms(const alarms&) = delete;
    alarms& operator=(const alarms&) = delete;
    ~alarms() {
        const itimerval none{};
        ::setitimer(ITIMER_REAL, &none, nullptr);
        ::sigaction(SIGALRM, &before_, nullptr);
    }

    static std::atomic<int> count;

private:
    struct sigaction before_ {};
};
std::atomic<int> alarms::count{0};

/// Answers every message on a socket with itself.
void echo(const unique_fd& on) {
    for (std::string text; !(text = test::receive_text(on)).empty();) {
        test::send_text(on, text);
    }
}

/// One message there and back, a worker and a sleep.
void use_everything(const unique_fd& peer) {
    test::send_text(peer, "message");
    std::string answer;
    while (answer.size() < 7) {
        answer += test::receive_text(peer);
    }
    EXPECT_EQ(answer, "message");
    EXPECT_EQ(to_thread([] { return 3; }), 3);
    EXPECT_FALSE(move_on_after(100us, [&] { static_cast<void>(test::receive_text(peer)); }));
}

// Scenarios 13 and 16: interrupted system calls are invisible.
TEST_F(FaultsSlow, SignalsDoNotDisturb) {
    use_real_time();
    run([] {
        auto [left, right] = test::tcp_pair();  // before the alarms: its calls are the test's own
        const alarms ringing;
        alarms::count = 0;
        auto server = spawn([&right = right] { echo(right); });
        while (alarms::count < 150) {
            use_everything(left);
        }
        left.reset();
        server.get();
    });
}

/// Busy for a while; there is nothing to wait for.
void spend(std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {
    }
}

// Scenario 14: a process that was stopped finds its timers due, each once.
TEST_F(FaultsSlow, StoppedProcessGoesOn) {
    use_real_time();
    const pid_t child = ::fork();
    if (child == 0) {
        int expired = 0;
        const bool kept = weft::run(
            [&] {
                bool each_long_enough = true;
                for (int i = 0; i < 20; ++i) {
                    const auto before = std::chrono::steady_clock::now();
                    if (!move_on_after(5ms, [] { this_fiber::sleep_for(1h); })) {
                        ++expired;
                    }
                    each_long_enough &= std::chrono::steady_clock::now() - before >= 5ms;
                }
                return each_long_enough;
            },
            options);
        std::_Exit(kept && expired == 20 ? 0 : 1);
    }
    int status = 0;
    spend(20ms);
    ::kill(child, SIGSTOP);
    ASSERT_EQ(::waitpid(child, &status, WUNTRACED), child);
    ASSERT_TRUE(WIFSTOPPED(status));
    spend(100ms);
    ::kill(child, SIGCONT);
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

// Scenario 19: a stack that cannot be had is an error of that spawn() and of nothing else.
FIBER_TEST_F(Faults, SpawnWithoutMemoryForAStackFails) {
    auto before = spawn([] {
        this_fiber::sleep_for(1s);
        return 1;
    });
    EXPECT_THROW(static_cast<void>(spawn([] {}, {.stack_size = std::size_t{1} << 60})),
                 std::system_error);
    EXPECT_EQ(spawn([] { return 2; }).get(), 2);
    EXPECT_EQ(before.get(), 1);
}

/// Spawns until there is no room, three times, and lets all of them end. Exits with 0 if they did.
[[noreturn]] void run_out_of_address_space() {
    // Besides what tests before this one have left.
    const auto most = test::address_space_bytes() + (std::size_t{256} << 20);
    const rlimit limit{most, most};
    ::setrlimit(RLIMIT_AS, &limit);
    weft::run([] {
        std::vector<task<int>> all;
        const auto spawn_large = [] {
            return spawn(
                [] {
                    this_fiber::yield();
                    return 1;
                },
                {.stack_size = 1 << 20});
        };
        for (int refused = 0; refused < 3;) {
            try {
                all.push_back(spawn_large());
            } catch (const std::system_error&) {
                ++refused;
                this_fiber::yield();
            }
        }
        int sum = 0;
        for (auto& each : all) {
            sum += each.get();
        }
        const bool again = spawn_large().get() == 1;
        std::_Exit(again && sum > 10 && sum == static_cast<int>(all.size()) ? 0 : 1);
    });
    std::_Exit(2);
}

// Scenario 19, in a process without address space.
TEST_F(Faults, AddressSpaceRunsOutAndComesBack) {
    if (test::sanitized()) {
        GTEST_SKIP() << "sanitizers reserve more address space than there may be";
    }
    EXPECT_EXIT(run_out_of_address_space(), ::testing::ExitedWithCode(0), "");
}

// Scenario 9: without descriptors accept() says so, and works again once there are some.
FIBER_TEST_F(Faults, AcceptWithoutDescriptorsFailsAndRecovers) {
    test::loopback_listener listener;
    const unique_fd client = listener.client();
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none{static_cast<rlim_t>(client.get() + 1), before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
    try {
        static_cast<void>(io::accept(listener.socket.get()));
        ADD_FAILURE() << "it was accepted";
    } catch (const io_error& error) {
        EXPECT_EQ(error.code().value(), EMFILE);
    }
    ::setrlimit(RLIMIT_NOFILE, &before);
    const unique_fd accepted = io::accept(listener.socket.get());
    test::send_text(client, "served");
    EXPECT_EQ(test::receive_text(accepted), "served");
}

TEST_F(Faults, RuntimeWithoutDescriptorsDoesNotStart) {
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none{3, before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
    EXPECT_THROW(run([] { ADD_FAILURE() << "it started"; }), std::system_error);
    ::setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_EQ(run([] { return 1; }), 1);
}

// Scenario 17: a peer that resets the connection at any moment is an error of that call.
FIBER_TEST_F(Faults, ResetAtEachCallIsAnError) {
    for (int calls = 0; calls < 8; ++calls) {
        auto [left, right] = test::tcp_pair();
        auto server = spawn([&, &right = right] {
            for (int i = 0; i < calls; ++i) {
                test::send_text(right, test::receive_text(right, 4));
            }
            const linger at_once{1, 0};
            ::setsockopt(right.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
            right.reset();
        });
        int answered = 0;
        try {
            for (;;) {
                test::send_text(left, "ping");
                if (test::receive_text(left, 4).empty()) {
                    break;
                }
                ++answered;
            }
            ADD_FAILURE() << "the reset was not noticed";
        } catch (const io_error& error) {
            EXPECT_TRUE(error.code().value() == ECONNRESET || error.code().value() == EPIPE);
        }
        EXPECT_EQ(answered, calls);
        server.get();
    }
}

}  // namespace
}  // namespace weft
