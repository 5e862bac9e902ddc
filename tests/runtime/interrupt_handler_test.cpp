// SPDX-License-Identifier: BSL-1.0
//
// SIGINT. The cases run in a process of their own, whose exit code tells what happened.
#include "interrupt_handler.hpp"

#include <weft/event.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/task_group.hpp>
#include <weft/worker_pool.hpp>

#include "support/runtime_test.hpp"

#include <pthread.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

namespace weft {
namespace {

using namespace std::chrono_literals;

class InterruptHandler : public test::runtime_test {
protected:
    InterruptHandler() { use_real_time(); }

    /// Runs `main` and exits: 10 if run() threw interrupted, 11 if cancelled, else its result.
    template <class Main>
    [[noreturn]] void exit_with(Main main) {
        try {
            std::_Exit(weft::run(main, options));
        } catch (const interrupted&) {
            std::_Exit(10);
        } catch (const cancelled&) {
            std::_Exit(11);
        }
    }
};

auto exits(int code) {
    return ::testing::ExitedWithCode(code);
}

// T006: main sees cancelled where it waits, and run() throws interrupted.
TEST_F(InterruptHandler, FirstInterruptCancelsMain) {
    EXPECT_EXIT(exit_with([] {
                    ::raise(SIGINT);
                    try {
                        this_fiber::sleep_for(1h);
                    } catch (const cancelled& request) {
                        if (request.reason() != "interrupted by SIGINT") {
                            std::_Exit(1);
                        }
                        throw;
                    }
                    return 2;
                }),
                exits(10), "");
}

// T075, gh-135736, as decided: an interrupt is a cancellation. Neither it nor what fails meanwhile
// is lost.
TEST_F(InterruptHandler, FailureDuringTheInterruptLeavesRun) {
    EXPECT_EXIT(exit_with([] {
                    try {
                        with_task_group([](task_group& group) {
                            group.spawn([] {
                                try {
                                    this_fiber::sleep_for(1h);
                                } catch (const cancelled&) {
                                    throw std::runtime_error("cleanup");
                                }
                            });
                            this_fiber::yield();
                            ::raise(SIGINT);
                            this_fiber::sleep_for(1h);
                        });
                    } catch (const exception_group& group) {
                        if (describe(group.find<std::runtime_error>()) != "cleanup") {
                            return 1;
                        }
                    }
                    this_fiber::yield();  // throws: the interrupt is not lost either
                    return 2;
                }),
                exits(10), "");
}

// T006, while the thread waits in the kernel.
TEST_F(InterruptHandler, InterruptEndsAWaitInTheKernel) {
    EXPECT_EXIT(exit_with([main_thread = ::pthread_self()] {
                    auto killer =
                        spawn([=] { to_thread([=] { ::pthread_kill(main_thread, SIGINT); }); });
                    this_fiber::sleep_for(1h);
                    return 2;
                }),
                exits(10), "");
}

// The signal may be delivered to any thread.
TEST_F(InterruptHandler, InterruptOnAnotherThreadCounts) {
    EXPECT_EXIT(exit_with([] {
                    std::thread other([] { ::raise(SIGINT); });
                    other.join();
                    this_fiber::sleep_for(1h);
                    return 2;
                }),
                exits(10), "");
}

TEST_F(InterruptHandler, MainMayAnswerWithAResult) {
    EXPECT_EXIT(exit_with([] {
                    ::raise(SIGINT);
                    try {
                        this_fiber::sleep_for(1h);
                    } catch (const cancelled&) {
                        return 5;
                    }
                    return 2;
                }),
                exits(5), "");
}

TEST_F(InterruptHandler, FailureOfMainWinsOverTheInterrupt) {
    EXPECT_EXIT(
        {
            try {
                run([] {
                    ::raise(SIGINT);
                    try {
                        this_fiber::sleep_for(1h);
                    } catch (const cancelled&) {
                        throw std::runtime_error("cleanup");
                    }
                });
            } catch (const std::runtime_error& error) {
                std::_Exit(error.what() == std::string("cleanup") ? 6 : 1);
            }
        },
        exits(6), "");
}

// T008: main goes on after the first; the second ends the wait at once.
TEST_F(InterruptHandler, SecondInterruptEndsTheWait) {
    EXPECT_EXIT(exit_with([] {
                    auto other = spawn([] {
                        for (int i = 0; i < 2; ++i) {
                            ::raise(SIGINT);
                            this_fiber::sleep_for(1ms);
                        }
                    });
                    for (;;) {
                        try {
                            shield_for(1h, [] { this_fiber::sleep_for(1h); });
                        } catch (const cancelled&) {
                            continue;
                        }
                    }
                    return 2;
                }),
                exits(10), "");
}

// T008: also while a worker still runs.
TEST_F(InterruptHandler, SecondInterruptDoesNotWaitForWorkers) {
    EXPECT_EXIT(exit_with([] {
                    const auto held = std::make_shared<std::promise<void>>();
                    auto waiting = spawn([=] { to_thread([=] { held->get_future().wait(); }); });
                    this_fiber::sleep_for(1ms);
                    ::raise(SIGINT);
                    ::raise(SIGINT);
                    waiting.join();
                    return 2;
                }),
                exits(10), "");
}

// bpo-39622: other fibers are not touched by the first; they end with the runtime.
TEST_F(InterruptHandler, OtherFibersAreCancelledOnlyAtTheEnd) {
    EXPECT_EXIT(exit_with([] {
                    event wanted;
                    bool cancelled_early = false;
                    auto other = spawn([&] {
                        try {
                            wanted.wait();
                        } catch (const cancelled&) {
                            cancelled_early = true;
                        }
                    });
                    this_fiber::yield();
                    ::raise(SIGINT);
                    try {
                        this_fiber::sleep_for(1h);
                    } catch (const cancelled&) {
                        wanted.set();
                        shield_for(1s, [&] { other.join(); });
                    }
                    return cancelled_early ? 1 : 3;
                }),
                exits(3), "");
}

// T011
TEST_F(InterruptHandler, DispositionIsRestored) {
    struct sigaction before {};
    struct sigaction inside {};
    struct sigaction after {};
    ::sigaction(SIGINT, nullptr, &before);
    run([&] { ::sigaction(SIGINT, nullptr, &inside); });
    ::sigaction(SIGINT, nullptr, &after);
    EXPECT_EQ(before.sa_handler, SIG_DFL);
    EXPECT_NE(inside.sa_handler, SIG_DFL);
    EXPECT_EQ(after.sa_handler, SIG_DFL);
}

// A.1: only if nobody else handles it.
TEST_F(InterruptHandler, HandlerOfTheProgramStays) {
    struct sigaction own {};
    own.sa_handler = [](int) {};
    struct sigaction before {};
    ::sigaction(SIGINT, &own, &before);
    run([&] {
        struct sigaction inside {};
        ::sigaction(SIGINT, nullptr, &inside);
        EXPECT_EQ(inside.sa_handler, own.sa_handler);
        ::raise(SIGINT);
        this_fiber::sleep_for(1ms);
    });
    ::sigaction(SIGINT, &before, nullptr);
}

// A.1: only on the main thread.
TEST_F(InterruptHandler, RuntimesOfOtherThreadsLeaveItAlone) {
    std::thread other([] {
        weft::run([] {
            struct sigaction inside {};
            ::sigaction(SIGINT, nullptr, &inside);
            EXPECT_EQ(inside.sa_handler, SIG_DFL);
        });
    });
    other.join();
}

TEST_F(InterruptHandler, CanBeLeftOut) {
    options.handle_interrupt = false;
    EXPECT_EXIT(exit_with([] { return ::raise(SIGINT); }), ::testing::KilledBySignal(SIGINT), "");
}

}  // namespace
}  // namespace weft
