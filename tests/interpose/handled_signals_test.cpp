// SPDX-License-Identifier: BSL-1.0

// Handlers of signals in unmodified programs under weft-run: they end what waits, as natively.

#include "support/child_process.hpp"
#include "support/runtime_test.hpp"

#include <gtest/gtest.h>

#include <poll.h>

#include <chrono>
#include <csignal>
#include <string>
#include <vector>

namespace weft::test {
namespace {

using std::chrono::steady_clock;

/// How a program is started: natively, under weft-run, and there with threads that are fibers.
std::vector<std::vector<std::string>> ways_to_start(const std::vector<std::string>& command) {
    std::vector<std::vector<std::string>> ways{
        {}, {WEFT_RUN}, {WEFT_RUN, "--threads-as-fibers"}, {WEFT_RUN, "--report"}};
    for (auto& each : ways) {
        each.insert(each.end(), command.begin(), command.end());
    }
    return ways;
}

/// Sends the signal until the program ends: one that comes before the program waits ends no wait.
/// Returns how it ended.
int signal_until_over(child_process& program, int number) {
    for (const auto begun = steady_clock::now(); program.running();) {
        program.signal(number);
        pollfd nothing{-1, 0, 0};
        ::poll(&nothing, 1, 5);
        if (steady_clock::now() - begun > patience) {
            ADD_FAILURE() << "it goes on: " << program.output() << program.errors();
            break;
        }
    }
    return program.wait();
}

TEST(HandledSignalsTest, AServerThatWaitsForItsFlagEnds) {
    for (const std::string call :
         {"accept", "poll", "pselect", "sleep", "pause", "waitpid", "read"}) {
        for (const auto& command : ways_to_start({WEFT_FLAG_SERVER, call})) {
            SCOPED_TRACE(command.front() + " " + call);
            child_process server(command);
            static_cast<void>(server.wait_for_line("ready"));
            EXPECT_EQ(signal_until_over(server, SIGTERM), 0) << server.errors();
            EXPECT_EQ(server.output(), "ready\n" + call + ": -1 EINTR, stopped\n");
        }
    }
}

TEST(HandledSignalsTest, PythonsSleepEndsByKeyboardInterrupt) {
    const char* const program =
        "from time import sleep as wait\n"
        "import os, signal\n"
        "seen = False\n"
        "def once(*about):\n"
        "    global seen\n"
        "    if not seen:\n"
        "        seen = True\n"
        "        signal.default_int_handler(*about)\n"
        "signal.signal(signal.SIGINT, once)\n"
        "try:\n"
        "    print('ready', flush=True)\n"
        "    wait(1000)\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted', flush=True)\n"
        "    os._exit(3)\n";
    for (const auto& command : ways_to_start({"/usr/bin/python3", "-c", program})) {
        SCOPED_TRACE(command.front());
        child_process python(command);
        static_cast<void>(python.wait_for_line("ready"));
        EXPECT_EQ(signal_until_over(python, SIGINT), 3) << python.errors();
        EXPECT_EQ(python.output(), "ready\ninterrupted\n");
    }
}

TEST(HandledSignalsTest, ASignalForOneThreadEndsItsWaitOnly) {
    child_process native({WEFT_SIGNALLED_THREAD});
    ASSERT_EQ(native.wait(), 0);
    for (const auto& command : ways_to_start({WEFT_SIGNALLED_THREAD})) {
        SCOPED_TRACE(command.front());
        child_process seen(command);
        EXPECT_EQ(seen.wait(), 0) << seen.errors();
        EXPECT_EQ(seen.output(), native.output());
    }
}

TEST(HandledSignalsTest, AShellRunsItsTrapWhileItWaits) {
    for (const auto& command : ways_to_start(
             {"dash", "-c",
              "trap 'kill $!; echo trapped; exit 5' TERM; sleep 1000 & echo ready; wait"})) {
        SCOPED_TRACE(command.front());
        child_process shell(command);
        static_cast<void>(shell.wait_for_line("ready"));
        shell.signal(SIGTERM);
        EXPECT_EQ(shell.wait(), 5) << shell.errors();
        EXPECT_EQ(shell.output(), "ready\ntrapped\n");
    }
}

}  // namespace
}  // namespace weft::test
