// SPDX-License-Identifier: BSL-1.0
#include <weft/shutdown.hpp>

#include <weft/io.hpp>
#include <weft/run.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/descriptors.hpp"
#include "support/runtime_test.hpp"

#include <fcntl.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

namespace weft {
namespace {

using namespace std::chrono_literals;
using Shutdown = test::runtime_test;

FIBER_TEST_F(Shutdown, BodyMayEndByItself) {
    EXPECT_EQ(with_graceful_shutdown([](event& stop) { EXPECT_FALSE(stop.is_set()); }),
              shutdown_outcome::finished);
}

TEST_F(Shutdown, FirstSignalAsksTheBodyToStop) {
    for (const int number : {SIGINT, SIGTERM}) {
        run([=] {
            const auto outcome = with_graceful_shutdown([=](event& stop) {
                ::raise(number);
                stop.wait();
                this_fiber::sleep_for(29s);  // requests in progress
            });
            EXPECT_EQ(outcome, shutdown_outcome::stopped);
            EXPECT_EQ(clock::now(), clock::time_point{29s});
        });
    }
}

FIBER_TEST_F(Shutdown, GraceEndsTheBody) {
    const auto outcome = with_graceful_shutdown(
        [](event&) {
            ::raise(SIGTERM);
            this_fiber::sleep_for(1h);
        },
        {.grace = 3s});
    EXPECT_EQ(outcome, shutdown_outcome::cut_off);
    EXPECT_EQ(clock::now(), clock::time_point{3s});
}

FIBER_TEST_F(Shutdown, SecondSignalEndsTheBody) {
    const auto outcome = with_graceful_shutdown([](event& stop) {
        ::raise(SIGINT);
        stop.wait();
        ::raise(SIGTERM);
        this_fiber::sleep_for(1h);
    });
    EXPECT_EQ(outcome, shutdown_outcome::cut_off);
    EXPECT_LT(clock::now(), clock::time_point{30s});
}

// Both become ready in one pass of the loop, the body first.
FIBER_TEST_F(Shutdown, SignalThatComesWhileTheBodyEndsCounts) {
    const auto pipe = test::pipe_pair(O_NONBLOCK);
    const auto outcome = with_graceful_shutdown([&](event&) {
        const auto sending = spawn([&] {
            this_fiber::sleep_for(1s);  // both are waited for by now
            test::send_from_outside(pipe.second, "x");
            ::raise(SIGTERM);
        });
        io::wait_readable(pipe.first.get());
    });
    EXPECT_EQ(outcome, shutdown_outcome::stopped);
}

// A body that does not react can still be ended: SIGTERM has its default effect again.
TEST_F(Shutdown, ThirdSignalHasTheEffectItHadBefore) {
    EXPECT_EXIT(run([] {
                    with_graceful_shutdown([](event& stop) {
                        ::raise(SIGTERM);
                        stop.wait();
                        ::raise(SIGTERM);
                        shield_for(1h, [] {
                            this_fiber::sleep_for(1s);
                            ::raise(SIGTERM);
                        });
                    });
                }),
                ::testing::KilledBySignal(SIGTERM), "");
}

FIBER_TEST_F(Shutdown, GraceWithoutEndIsNoEnd) {
    const auto outcome = with_graceful_shutdown(
        [](event& stop) {
            ::raise(SIGTERM);
            stop.wait();
            this_fiber::sleep_for(1000h);
        },
        {.grace = clock::duration::max()});
    EXPECT_EQ(outcome, shutdown_outcome::stopped);
}

FIBER_TEST_F(Shutdown, FailureOfTheBodyPasses) {
    EXPECT_THROW(with_graceful_shutdown([](event&) { throw std::runtime_error("broken"); }),
                 std::runtime_error);
    const auto again = with_graceful_shutdown([](event&) {});
    EXPECT_EQ(again, shutdown_outcome::finished);
}

FIBER_TEST_F(Shutdown, CancellationFromOutsidePasses) {
    EXPECT_FALSE(
        move_on_after(1s, [] { with_graceful_shutdown([](event& stop) { stop.wait(); }); }));
}

FIBER_TEST_F(Shutdown, OtherSignalsCanBeChosen) {
    const auto outcome = with_graceful_shutdown(
        [](event& stop) {
            ::raise(SIGHUP);
            stop.wait();
        },
        {.signals = {SIGHUP}});
    EXPECT_EQ(outcome, shutdown_outcome::stopped);
    EXPECT_THROW(with_graceful_shutdown([](event&) {}, {.signals = {}}), usage_error);
}

}  // namespace
}  // namespace weft
