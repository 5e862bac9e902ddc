// SPDX-License-Identifier: BSL-1.0
//
// What debug mode finds, and that nothing is looked for when it is off.
#include <weft/debug.hpp>

#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/runtime_test.hpp"

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;

/// Keeps the thread busy, exported so that a stack can name it.
[[gnu::noinline]] void burn(std::chrono::nanoseconds time) {
    const auto start = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - start < time) {
    }
}

class Debug : public test::runtime_test {
protected:
    // On a busy machine any step may take long: only tests of that look for it.
    Debug() {
        options.debug = {.enabled = true, .slow_step = 1h};
        may_compute();  // slow steps are real
    }

    /// The only report, which must be of this kind.
    error_report only_report(error_kind kind) {
        auto reports = take_reports();
        EXPECT_EQ(reports.size(), 1U);
        EXPECT_TRUE(reports.empty() || reports[0].kind == kind);
        return reports.empty() ? error_report{} : reports[0];
    }
};

// T020: one report of a step of 150 ms, with name and duration.
TEST_F(Debug, SlowStepIsReportedOnce) {
    options.debug = {.enabled = true};
    run([&] {
        spawn([] { burn(150ms); }, {.name = "culprit"}).get();
        this_fiber::sleep_for(1h);  // waiting is no step
    });
    const auto report = only_report(error_kind::slow_step);
    EXPECT_EQ(report.fiber_name, "culprit");
    EXPECT_NE(std::string(report.spawned_at.file_name()).find("debug_test"), std::string::npos);
    const auto digits = report.message.find_first_of("0123456789");
    ASSERT_NE(digits, std::string::npos) << report.message;
    std::size_t length = 0;
    const double seconds = std::stod(report.message.substr(digits), &length);
    EXPECT_EQ(report.message.substr(digits + length, 2), " s");
    EXPECT_GE(seconds, 0.150);
    EXPECT_LT(seconds, 5.0);
}

// T020: none when debug mode is off.
TEST_F(Debug, SlowStepIsNotReportedWhenOff) {
    options.debug = {.enabled = false};
    run([] { burn(110ms); });
    EXPECT_TRUE(take_reports().empty());
}

// Promise 10: the stack is that of the code that kept the thread.
TEST_F(Debug, SlowStepComesWithItsStack) {
    options.debug.slow_step = 5ms;
    run([] { burn(200ms); });
    const auto report = only_report(error_kind::slow_step);
    ASSERT_FALSE(report.stack.empty());
    std::string text;
    for (const auto& frame : report.stack) {
        text += frame + "\n";
    }
    // The test program exports no symbols: frames name the file, which addr2line takes.
    EXPECT_NE(text.find("weft_runtime_"), std::string::npos) << text;
}

TEST_F(Debug, LimitOfAStepCanBeChosen) {
    options.debug.slow_step = 60ms;
    run([] {
        burn(5ms);
        this_fiber::yield();
        burn(70ms);
        this_fiber::yield();
        burn(5ms);
    });
    only_report(error_kind::slow_step);
}

TEST_F(Debug, SignalOfTheProgramIsLeftAlone) {
    struct sigaction before {};
    struct sigaction own {};
    own.sa_handler = [](int) {};
    ::sigaction(SIGURG, &own, &before);
    options.debug.slow_step = 5ms;
    run([] { burn(30ms); });
    struct sigaction now {};
    ::sigaction(SIGURG, &before, &now);
    EXPECT_EQ(now.sa_handler, own.sa_handler);
    EXPECT_TRUE(only_report(error_kind::slow_step).stack.empty());
}

FIBER_TEST_F(Debug, TaskThatNeverBeganIsReported) {
    static_cast<void>(spawn([] { ADD_FAILURE(); }, {.name = "forgotten"}));
    const auto report = only_report(error_kind::task_never_joined);
    EXPECT_EQ(report.fiber_name, "forgotten");
    EXPECT_NE(std::string(report.spawned_at.file_name()).find("debug_test"), std::string::npos);
    {
        auto begun = spawn([] { this_fiber::sleep_for(1h); });
        this_fiber::yield();
    }
    {
        auto cancelled_before = spawn([] {});
        cancelled_before.cancel();
    }
    spawn([] {}).detach();
    this_fiber::yield();
}

// A.16, anyio #1111: cancellation is level-triggered, so swallowing it in a loop would spin.
FIBER_TEST_F(Debug, SwallowedCancellationIsReportedOnce) {
    auto deaf = spawn(
        [] {
            for (int i = 0; i < 10; ++i) {
                try {
                    this_fiber::sleep_for(1s);
                } catch (const cancelled&) {  // goes on
                }
            }
        },
        {.name = "deaf"});
    this_fiber::yield();
    deaf.cancel();
    deaf.get();
    EXPECT_EQ(only_report(error_kind::cancellation_swallowed).fiber_name, "deaf");
}

FIBER_TEST_F(Debug, CleanupInHandlersIsNoSwallowing) {
    cancel_scope scope;
    EXPECT_FALSE(scope.run([&] {
        scope.cancel();
        try {
            this_fiber::yield();
        } catch (const cancelled&) {
            for (int i = 0; i < 5; ++i) {
                EXPECT_THROW(this_fiber::yield(), cancelled);
            }
            throw;
        }
    }));
    for (int i = 0; i < 5; ++i) {  // each scope absorbs its own
        EXPECT_FALSE(move_on_after(0s, [] { this_fiber::yield(); }));
    }
}

/// The environment variable for a lifetime.
class debug_variable {
public:
    explicit debug_variable(const char* value) { ::setenv("WEFT_DEBUG", value, 1); }
    debug_variable(const debug_variable&) = delete;
    debug_variable& operator=(const debug_variable&) = delete;
    ~debug_variable() { ::unsetenv("WEFT_DEBUG"); }
};

TEST_F(Debug, EnvironmentTurnsItOn) {
    options.debug = {.enabled = {}, .slow_step = 5ms};
    const debug_variable on("1");
    run([] { burn(10ms); });
    only_report(error_kind::slow_step);
}

// A.1: what the program says beats the environment.
TEST_F(Debug, OptionBeatsTheEnvironment) {
    options.debug = {.enabled = false, .slow_step = 5ms};
    const debug_variable on("1");
    run([] { burn(10ms); });
    EXPECT_TRUE(take_reports().empty());
}

TEST_F(Debug, OptionsOutOfRangeAreRefused) {
    options.debug = {.slow_step = -1s};
    EXPECT_THROW(run([] {}), usage_error);
    options.debug = {.swallowed_cancellations = 0};
    EXPECT_THROW(run([] {}), usage_error);
}

TEST_F(Debug, UnknownValueOfTheVariableIsRefused) {
    options.debug = {};
    const debug_variable odd("maybe");
    EXPECT_THROW(run([] {}), usage_error);
}

}  // namespace
}  // namespace weft
