// SPDX-License-Identifier: BSL-1.0
//
// The tool on a program that runs on weft, as users have it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>

#include "trace/support/planted.hpp"

namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using weft::test::fiber_named;
using weft::test::run_tool;
using json = nlohmann::json;

/// The planted program under a name that no process of another test has.
class private_name {
public:
    private_name() { EXPECT_EQ(::symlink(WEFT_PLANTED_PROGRAM, path().c_str()), 0); }
    private_name(const private_name&) = delete;
    private_name& operator=(const private_name&) = delete;
    ~private_name() { ::unlink(path().c_str()); }

    [[nodiscard]] std::string name() const { return "plant-" + std::to_string(::getpid()); }
    [[nodiscard]] std::string path() const { return testing::TempDir() + name(); }
};

/// The planted program, doing what its argument says.
class planted : public weft::test::watched_program {
public:
    explicit planted(const std::string& what,
                     const weft::test::child_options& options = weft::test::child_options(),
                     const std::string& path = WEFT_PLANTED_PROGRAM)
        : watched_program({path, what}, options) {}
};

std::vector<std::string> planted_functions(const json& stack) {
    return weft::test::functions_of(stack);
}

TEST(TraceProgram, FibersAreShownWithStateReasonAndPlaceOfSpawn) {
    const planted program("parked");
    const json fibers = program.ask("ps", "fibers");
    const json sleeper = fiber_named(fibers, "sleeper");
    EXPECT_EQ(sleeper.at("state"), "parked");
    EXPECT_EQ(sleeper.at("reason"), "sleep");
    EXPECT_THAT(sleeper.at("spawnFile").get<std::string>(), HasSubstr("planted.cpp"));
    EXPECT_THAT(sleeper.at("spawnFunction").get<std::string>(), HasSubstr("park"));
    EXPECT_EQ(fiber_named(fibers, "connection").at("reason"), "event");
}

TEST(TraceProgram, FibersAreShownWithTheMostThatTheyUsedOfTheirStacks) {
    const planted program("stacks");
    const json fibers = program.ask("ps", "fibers", {"--use"});
    const json deep = fiber_named(fibers, "deep");
    EXPECT_GE(deep.at("stackTouched"), 100 * 1024);
    EXPECT_LE(deep.at("stackTouched"), deep.at("stackSize"));
    EXPECT_LT(fiber_named(fibers, "shallow").at("stackTouched"), 100 * 1024);
    EXPECT_TRUE(deep.at("ranNs").is_null());  // nothing is recorded
}

TEST(TraceProgram, IsFoundByItsNameAndAmongAllProcesses) {
    const private_name file;
    const planted program("parked", {}, file.path());
    EXPECT_THAT(run_tool({"ps", file.name()}).out, HasSubstr("connection"));
    EXPECT_THAT(run_tool({"ps"}).out, HasSubstr(program.source() + "  " + file.name()));
}

TEST(TraceProgram, NameOfTwoProcessesIsWrongUsageAndNamesBoth) {
    const private_name file;
    const planted first("parked", {}, file.path());
    const planted second("parked", {}, file.path());
    const auto result = run_tool({"ps", file.name()});
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.err, AllOf(HasSubstr(first.source()), HasSubstr(second.source())));
}

// The oracle: the program is written so that these calls are open, in this order.
TEST(TraceProgram, StackOfAParkedFiberIsWhatTheProgramCalled) {
    const planted program("parked");
    const json stack = fiber_named(program.ask("stack", "stacks"), "connection");
    EXPECT_TRUE(stack.at("complete")) << stack;
    EXPECT_EQ(stack.at("how"), "unwind tables");
    EXPECT_THAT(planted_functions(stack),
                ElementsAre("wait_deep_inside", "serve_request", "serve_connection",
                            "park::{lambda}::operator"));
}

TEST(TraceProgram, EveryParkedStackIsComplete) {
    const planted program("parked");
    for (const json& stack : program.ask("stack", "stacks")) {
        EXPECT_TRUE(stack.at("complete")) << stack;
    }
}

TEST(TraceProgram, DeadlockIsFoundWithTheNamesOfTheLocks) {
    const planted program("deadlock");
    const auto result = run_tool({"deadlock", program.source()});
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.out, AllOf(HasSubstr("DEADLOCK of 2 fibers"), HasSubstr("\"transfer\""),
                                  HasSubstr("mutex \"journal\", which"), HasSubstr("\"audit\"")));
}

TEST(TraceProgram, LocksTakenInOrderAreNoDeadlock) {
    const planted program("ordered");
    EXPECT_EQ(run_tool({"deadlock", program.source()}).code, 0);
    EXPECT_THAT(run_tool({"tree", program.source()}).out, Not(HasSubstr("in a ring")));
    const json lock = program.ask("locks", "locks").at(0);
    EXPECT_EQ(lock.at("name"), "accounts");
    EXPECT_EQ(lock.at("ownerState"), "parked, event");
    EXPECT_EQ(lock.at("waiters").size(), 1U);
}

TEST(TraceProgram, TreeMarksTheRing) {
    const planted program("deadlock");
    EXPECT_THAT(run_tool({"tree", program.source()}).out, HasSubstr("** in a ring of waits"));
}

TEST(TraceProgram, FiberThatBlocksTheThreadIsNamedWithItsCall) {
#if defined(__SANITIZE_ADDRESS__)
    GTEST_SKIP() << "the sanitizer's read() keeps no frame pointers";
#endif
    planted program("blocked");
    json stack;
    program.program().wait_until("blocks in read()", [&] {
        const json stacks = program.ask("stack", "stacks", {"--running"});
        stack = stacks.empty() ? json() : stacks.at(0);
        return !stack.is_null() && !stack.at("frames").empty();
    });
    EXPECT_EQ(stack.at("name"), "greedy");
    EXPECT_THAT(planted_functions(stack), Contains("block_in_read")) << stack;
}

TEST(TraceProgram, ParkedStacksOfABlockedProgramAreStillComplete) {
    const planted program("blocked");
    const json stack = fiber_named(program.ask("stack", "stacks"), "connection");
    EXPECT_TRUE(stack.at("complete")) << stack;
    EXPECT_THAT(planted_functions(stack), Contains("serve_request"));
}

// The thread is on the processor: it takes its stack itself, in the handler of a signal.
TEST(TraceProgram, StackOfASpinningFiberComesFromASignal) {
    planted program("spinning");
    json running;
    program.program().wait_until("spins", [&] {
        running = program.ask("ps", "fibers", {"--state=running"});
        return running.size() == 1 && running.at(0).at("name") == "greedy";
    });
    const json stack = program.ask("stack", "stacks", {"--running"}).at(0);
    EXPECT_EQ(stack.at("name"), "greedy");
    EXPECT_THAT(planted_functions(stack), Contains("spin_for_ever")) << stack;
    EXPECT_TRUE(stack.at("complete")) << stack;
    EXPECT_THAT(stack.at("how").get<std::string>(), HasSubstr("asked by a signal"));
}

TEST(TraceProgram, ProgramThatHandlesTheSignalItselfGivesNoStack) {
    planted program("deaf");
    std::string told;
    program.program().wait_until("spins", [&] {
        told = run_tool({"stack", program.source(), "--running"}).out;
        return told.find("greedy") != std::string::npos;
    });
    EXPECT_THAT(told, HasSubstr("its thread did not answer a signal"));
}

TEST(TraceProgram, AStallIsShownWhileItLasts) {
    planted program("spinning", {.environment = {{"WEFT_TRACE", "stall:5"}}});
    json stall;
    program.program().wait_until("the stall is seen with its stack", [&] {
        for (const json stalls = program.ask("stalls", "stalls"); const json& each : stalls) {
            stall = each.at("name") == "greedy" ? each : stall;  // the machine may have caused some
        }
        return !stall.is_null() && !stall.at("frames").empty();
    });
    EXPECT_EQ(stall.at("name"), "greedy");
    EXPECT_EQ(stall.at("ended"), false);
    EXPECT_GE(stall.at("lasted").get<std::uint64_t>(), 5'000'000U);
    EXPECT_THAT(planted_functions(stall), Contains("spin_for_ever")) << stall;
}

TEST(TraceProgram, SaysThatNobodyLooksForStalls) {
    const planted program("parked");
    const auto result = run_tool({"stalls", program.source()});
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.err, HasSubstr("WEFT_TRACE=stall"));
}

TEST(TraceProgram, StoppedProgramIsShownAsItIs) {
    const planted program("parked");
    const auto pid = std::stoi(program.source());
    ASSERT_EQ(::kill(pid, SIGSTOP), 0);
    EXPECT_EQ(fiber_named(program.ask("stack", "stacks"), "connection").at("complete"), true);
    EXPECT_EQ(::kill(pid, SIGCONT), 0);
}

TEST(TraceProgram, DoctorFindsNothingWrong) {
    const planted program("parked");
    const auto result = run_tool({"doctor", program.source()});
    EXPECT_EQ(result.code, 0) << result.out;
    EXPECT_THAT(result.out, HasSubstr("engine native"));
    EXPECT_THAT(result.out, HasSubstr("0 fibers found no row"));
}

TEST(TraceProgram, ThatSwitchedTracingOffSaysSo) {
    const planted program("parked", {.environment = {{"WEFT_TRACE", "off"}}});
    const auto result = run_tool({"ps", program.source()});
    EXPECT_EQ(result.code, 3);
    EXPECT_THAT(result.err, HasSubstr("WEFT_TRACE=off"));
}

TEST(TraceProgram, FileOfAKilledProgramSaysWhatItsFibersDid) {
    const std::string file = testing::TempDir() + "weft_trace_killed";
    {
        planted program("parked", {.environment = {{"WEFT_TRACE", "file:" + file}}});
        EXPECT_EQ(run_tool({"ps", program.source()}).code, 0);
        program.program().signal(SIGKILL);
        EXPECT_EQ(program.program().wait(), -SIGKILL);
    }
    const auto result = run_tool({"ps", file});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("connection"));
    EXPECT_THAT(run_tool({"stack", file}).out, HasSubstr("the process is gone"));
    ::unlink(file.c_str());
}

/// `weft-trace top SRC` in a terminal of 24 lines without colours.
class top_in_terminal {
public:
    explicit top_in_terminal(const std::string& source) {
        const winsize size{24, 80, 0, 0};
        pid_ = ::forkpty(&terminal_, nullptr, nullptr, &size);
        if (pid_ == 0) {
            ::setenv("TERM", "vt100", 1);
            ::execl(WEFT_TRACE_TOOL, WEFT_TRACE_TOOL, "top", source.c_str(), "--sort=name",
                    nullptr);
            ::_exit(127);
        }
    }
    top_in_terminal(const top_in_terminal&) = delete;
    top_in_terminal& operator=(const top_in_terminal&) = delete;
    ~top_in_terminal() { ::close(terminal_); }

    void press(std::string_view keys) const {
        EXPECT_EQ(::write(terminal_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
    }
    /// Whether it shows this within some seconds. What it has shown before does not count.
    [[nodiscard]] bool shows(std::string_view text) {
        std::string seen;
        pollfd polled{terminal_, POLLIN, 0};
        while (seen.find(text) == std::string::npos && ::poll(&polled, 1, 10'000) > 0) {
            std::array<char, 4096> part{};
            const auto got = ::read(terminal_, part.data(), part.size());
            if (got <= 0) {
                break;
            }
            seen.append(part.data(), static_cast<std::size_t>(got));
        }
        return seen.find(text) != std::string::npos;
    }
    [[nodiscard]] int exit_code() const {
        int status = 0;
        ::waitpid(pid_, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

private:
    int terminal_ = -1;
    pid_t pid_ = -1;
};

TEST(TraceProgramSlow, TopShowsTheStackOfAFiberInATerminal) {
    const planted program("parked");
    top_in_terminal top(program.source());
    EXPECT_TRUE(top.shows("connection"));
    top.press("\r");  // the first by name
    EXPECT_TRUE(top.shows("planted::serve_connection"));
    top.press("q");
    EXPECT_EQ(top.exit_code(), 0);
}

TEST(TraceProgramSlow, TopEndsAtCtrlC) {
    const planted program("parked");
    top_in_terminal top(program.source());
    EXPECT_TRUE(top.shows("connection"));
    top.press("\x03");
    EXPECT_EQ(top.exit_code(), 0);
}

TEST(TraceProgramSlow, HundredThousandFibersAreAllShown) {
    const planted program("many");
    const auto result = run_tool({"ps", program.source(), "--group"});
    EXPECT_THAT(result.out, HasSubstr("100000  one of many  parked  event"));
    EXPECT_EQ(result.err, "");
}

}  // namespace
