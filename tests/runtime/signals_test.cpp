// SPDX-License-Identifier: BSL-1.0
#include <weft/signals.hpp>

#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/worker_pool.hpp>

#include "support/runtime_test.hpp"

#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;

std::atomic<int> handled{0};

/// A disposition for a lifetime that counts in `handled`.
class counting_handler {
public:
    explicit counting_handler(int number) : number_(number) {
        handled = 0;
        struct sigaction counting {};
        counting.sa_handler = [](int) { ++handled; };
        ::sigaction(number_, &counting, &before_);
    }
    counting_handler(const counting_handler&) = delete;
    counting_handler& operator=(const counting_handler&) = delete;
    ~counting_handler() { ::sigaction(number_, &before_, nullptr); }

private:
    int number_;
    struct sigaction before_ {};
};

class Signals : public test::runtime_test {
protected:
    static void (*disposition_of(int number))(int) {
        struct sigaction now {};
        ::sigaction(number, nullptr, &now);
        return now.sa_handler;
    }
};

FIBER_TEST_F(Signals, AreReceivedInTheOrderOfTheirComing) {
    signals received({SIGUSR1, SIGUSR2, SIGTERM});
    ::raise(SIGUSR2);
    ::raise(SIGTERM);
    ::raise(SIGUSR1);
    EXPECT_EQ(received.next(), SIGUSR2);
    EXPECT_EQ(received.next(), SIGTERM);
    EXPECT_EQ(received.next(), SIGUSR1);
    EXPECT_EQ(received.try_next(), std::nullopt);
}

FIBER_TEST_F(Signals, CanBeIterated) {
    auto raising = spawn([] {
        for (const int number : {SIGUSR1, SIGUSR2, SIGUSR1}) {
            this_fiber::sleep_for(1s);
            ::raise(number);
        }
    });
    std::vector<int> came;
    for (const int number : signals({SIGUSR1, SIGUSR2})) {
        came.push_back(number);
        if (came.size() == 3) {
            break;
        }
    }
    EXPECT_EQ(came, (std::vector{SIGUSR1, SIGUSR2, SIGUSR1}));
    raising.get();
}

// A.10: signals coalesce.
FIBER_TEST_F(Signals, ThoseThatComeAgainCountOnce) {
    signals received({SIGUSR1});
    for (int i = 0; i < 3; ++i) {
        ::raise(SIGUSR1);
    }
    EXPECT_EQ(received.next(), SIGUSR1);
    EXPECT_EQ(received.try_next(), std::nullopt);
    ::raise(SIGUSR1);
    EXPECT_EQ(received.next(), SIGUSR1);
}

// A.10: the handler must be able to end a wait in the kernel, from whatever thread it runs on.
TEST_F(Signals, EndAWaitInTheKernel) {
    use_real_time();
    run([main_thread = ::pthread_self()] {
        signals received({SIGUSR1, SIGUSR2});
        auto sending = spawn([=] { to_thread([=] { ::pthread_kill(main_thread, SIGUSR1); }); });
        EXPECT_EQ(received.next(), SIGUSR1);
        sending.get();
        std::thread([] { ::raise(SIGUSR2); }).join();
        EXPECT_EQ(received.next(), SIGUSR2);
    });
}

FIBER_TEST_F(Signals, CancelledWaitLosesNone) {
    signals received({SIGUSR1});
    auto waiting = spawn([&] { return received.next(); });
    let_others_run();
    ::raise(SIGUSR1);
    waiting.cancel();
    EXPECT_THROW(waiting.get(), cancelled);
    EXPECT_EQ(received.next(), SIGUSR1);
}

// Cancelled anywhere on its way, a waiter takes a signal or leaves it; none is lost or doubled.
TEST_F(Signals, CancelSweep) {
    for (options.order_seed = 0; options.order_seed < 20; ++options.order_seed) {
        for (int point = 0; point < 20; ++point) {
            run([=] {
                signals received({SIGUSR1, SIGUSR2, SIGHUP});
                std::vector<int> came;
                auto victim = spawn([&] {
                    while (came.size() < 3) {
                        came.push_back(received.next());
                    }
                });
                auto raising = spawn([] {
                    for (const int number : {SIGUSR2, SIGHUP, SIGUSR1}) {
                        ::raise(number);
                        this_fiber::yield();
                    }
                });
                let_others_run(point);
                victim.cancel();
                victim.join();
                raising.get();
                while (const auto left = received.try_next()) {
                    came.push_back(*left);
                }
                EXPECT_EQ(came, (std::vector{SIGUSR2, SIGHUP, SIGUSR1}));
            });
        }
    }
}

// T038
FIBER_TEST_F(Signals, CancelledScopeTakesNone) {
    signals received({SIGUSR1});
    ::raise(SIGUSR1);
    cancel_scope scope;
    scope.cancel();
    EXPECT_FALSE(scope.run([&] { static_cast<void>(received.next()); }));
    EXPECT_EQ(received.try_next(), SIGUSR1);
}

TEST_F(Signals, DispositionsAreRestored) {
    const counting_handler counting(SIGUSR1);
    auto* const before = disposition_of(SIGUSR1);
    run([&] {
        {
            const signals received({SIGUSR1, SIGUSR2});
            EXPECT_NE(disposition_of(SIGUSR1), before);
        }
        EXPECT_EQ(disposition_of(SIGUSR1), before);
        EXPECT_EQ(disposition_of(SIGUSR2), SIG_DFL);
        ::raise(SIGUSR1);
        EXPECT_EQ(handled, 1);
    });
}

TEST_F(Signals, HandlerThatTookOverStays) {
    const counting_handler outer(SIGUSR1);  // what the inner one puts back is nobody's any more
    run([] {
        std::optional<signals> received(std::in_place, std::vector{SIGUSR1});
        const counting_handler counting(SIGUSR1);
        received.reset();
        ::raise(SIGUSR1);
        EXPECT_EQ(handled, 1);
    });
}

// trio's rule: what nobody took goes to the handler before.
// System calls go on after a signal, and a handler does not need room on a fiber's stack.
FIBER_TEST_F(Signals, HandlersRestartCallsAndRunOnTheAlternateStack) {
    const signals received({SIGUSR1});
    struct sigaction now {};
    ::sigaction(SIGUSR1, nullptr, &now);
    EXPECT_EQ(now.sa_flags & (SA_RESTART | SA_ONSTACK), SA_RESTART | SA_ONSTACK);
}

TEST_F(Signals, UntakenOnesAreRaisedAgain) {
    const counting_handler counting(SIGUSR1);
    run([] {
        {
            signals received({SIGUSR1});
            ::raise(SIGUSR1);
            EXPECT_EQ(handled, 0);
        }
        EXPECT_EQ(handled, 1);
    });
}

TEST_F(Signals, UntakenOneThatNobodyHandledEndsTheProgram) {
    EXPECT_EXIT(run([] {
                    signals received({SIGTERM});
                    ::raise(SIGTERM);
                }),
                ::testing::KilledBySignal(SIGTERM), "");
}

// run() gets its SIGINT back.
TEST_F(Signals, InterruptGoesToTheReceiverFirst) {
    EXPECT_EXIT(
        {
            try {
                run([] {
                    {
                        signals received({SIGINT});
                        ::raise(SIGINT);
                        if (received.next() != SIGINT) {
                            std::_Exit(1);
                        }
                        this_fiber::sleep_for(1s);
                    }
                    ::raise(SIGINT);
                    this_fiber::sleep_for(1s);
                });
            } catch (const interrupted&) {
                std::_Exit(10);
            }
        },
        ::testing::ExitedWithCode(10), "");
}

TEST_F(Signals, WhatCannotBeReceivedIsRefused) {
    run([&] {
        for (const int number :
             {SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGFPE, SIGILL, 0, -1, NSIG, 32}) {
            EXPECT_THROW(signals({SIGUSR1, number}), usage_error) << number;
            EXPECT_EQ(disposition_of(SIGUSR1), SIG_DFL) << number;
        }
        EXPECT_THROW(signals({}), usage_error);
    });
    EXPECT_THROW(signals({SIGUSR1}), usage_error);  // outside a fiber
}

FIBER_TEST_F(Signals, SecondReceiverIsRefusedByName) {
    signals first({SIGUSR1});
    try {
        const signals second({SIGHUP, SIGUSR1});
        ADD_FAILURE() << "it was made";
    } catch (const usage_error& error) {
        EXPECT_STREQ(error.what(), "signals: SIGUSR1 has a receiver already");
    }
    EXPECT_EQ(disposition_of(SIGHUP), SIG_DFL);
    ::raise(SIGUSR1);
    EXPECT_EQ(first.next(), SIGUSR1);
    const signals other({SIGUSR2, SIGUSR2});
}

FIBER_TEST_F(Signals, SecondWaiterIsRefused) {
    signals received({SIGUSR1});
    auto waiting = spawn([&] { return received.next(); });
    let_others_run();
    EXPECT_THROW(static_cast<void>(received.next()), usage_error);
    ::raise(SIGUSR1);
    EXPECT_EQ(waiting.get(), SIGUSR1);
}

FIBER_TEST_F(Signals, NeedADescriptor) {
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none{3, before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
    EXPECT_THROW(signals({SIGUSR1}), io_error);
    ::setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_EQ(disposition_of(SIGUSR1), SIG_DFL);
}

// The receiver ends while another thread is in the handler; none is lost, none comes twice.
TEST_F(Signals, EndOfTheReceiverRacesWithSignals) {
    const counting_handler counting(SIGUSR1);
    run([] {
        constexpr int rounds = test::sanitized() ? 200 : 2000;
        std::atomic<int> round{0};
        std::thread raising([&] {
            for (int i = 0; i < rounds; ++i) {
                while (round <= i) {
                    std::this_thread::yield();
                }
                ::raise(SIGUSR1);
            }
        });
        int taken = 0;
        for (int i = 0; i < rounds; ++i) {
            signals received({SIGUSR1});
            ++round;
            taken += i % 3 == 0 && received.try_next() ? 1 : 0;
        }
        raising.join();
        EXPECT_LE(taken + handled, rounds);
        EXPECT_GE(taken + handled, 1);
    });
}

}  // namespace
}  // namespace weft
