// SPDX-License-Identifier: BSL-1.0
//
// Start, end and reaping. What the new process finds: process_start_test.cpp.
#include <weft/process.hpp>

#include <weft/event.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/children.hpp"
#include "support/descriptors.hpp"
#include "support/errors.hpp"
#include "support/runtime_test.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weft {
namespace {

using test::bytes_of;
using test::error_of;

class Process : public test::runtime_test {
protected:
    ~Process() override { EXPECT_FALSE(test::has_children()) << "children are left"; }

    /// A process that reads its input to the end.
    static process reading_one() {
        return process({"cat"}, {.input = redirect::pipe, .output = redirect::pipe});
    }

    static std::string read_once(pipe_reader& from) {
        std::string text(100, '\0');
        text.resize(from.read_some(std::as_writable_bytes(std::span(text))));
        return text;
    }
};

FIBER_TEST_F(Process, EndsWithACode) {
    process ending(shell("exit 3"));
    EXPECT_EQ(ending.wait(), exit_status::exited(3));
    EXPECT_EQ(process({"true"}).wait(), exit_status::exited(0));
}

FIBER_TEST_F(Process, EndsBySignal) {
    process ending(shell("kill -9 $$"));
    EXPECT_EQ(ending.wait(), exit_status::signaled(SIGKILL));
}

FIBER_TEST_F(Process, TalksThroughPipes) {
    auto cat = reading_one();
    cat.input().write_all(bytes_of("hello"));
    EXPECT_EQ(read_once(cat.output()), "hello");
    cat.input().close();
    EXPECT_EQ(read_once(cat.output()), "");
    EXPECT_TRUE(cat.wait().success());
    EXPECT_FALSE(cat.errors().is_open());
}

FIBER_TEST_F(Process, ManyFibersMayWaitManyTimes) {
    auto cat = reading_one();
    std::vector<task<exit_status>> waiting;
    for (int i = 0; i < 5; ++i) {
        waiting.push_back(spawn([&] { return cat.wait(); }));
    }
    let_others_run();
    EXPECT_FALSE(cat.status());
    cat.input().close();
    for (auto& each : waiting) {
        EXPECT_EQ(each.get(), exit_status::exited(0));
    }
    EXPECT_EQ(cat.wait(), exit_status::exited(0));
    EXPECT_EQ(cat.status(), exit_status::exited(0));
}

FIBER_TEST_F(Process, CancelledWaitLeavesItRunning) {
    auto cat = reading_one();
    auto waiting = spawn([&] { return cat.wait(); });
    let_others_run();
    waiting.cancel();
    EXPECT_THROW(waiting.get(), cancelled);
    EXPECT_FALSE(cat.status());
    cat.input().close();
    EXPECT_EQ(cat.wait(), exit_status::exited(0));
}

// T132, gh-119710: the grandchild holds the output, and reads the input that is never closed.
FIBER_TEST_F(Process, WaitEndsAlthoughAGrandchildHoldsThePipes) {
    process parent(shell("exec 3<&0; cat <&3 & exit 3"),
                   {.input = redirect::pipe, .output = redirect::pipe});
    EXPECT_EQ(parent.wait(), exit_status::exited(3));
    parent.input().write_all(bytes_of("alive"));
    EXPECT_EQ(read_once(parent.output()), "alive");
}

FIBER_TEST_F(Process, SignalsReachIt) {
    auto cat = reading_one();
    cat.send_signal(SIGUSR1);
    EXPECT_EQ(cat.wait(), exit_status::signaled(SIGUSR1));
    auto second = reading_one();
    second.terminate();
    EXPECT_EQ(second.wait(), exit_status::signaled(SIGTERM));
    auto third = reading_one();
    third.kill();
    EXPECT_EQ(third.wait(), exit_status::signaled(SIGKILL));
}

// A.15: never a recycled number. The second process has ended without anybody noticing.
FIBER_TEST_F(Process, SignalAfterTheEndIsAnError) {
    process ending({"true"});
    ending.wait();
    EXPECT_EQ(error_of([&] { ending.kill(); }), ESRCH);
    process unnoticed(shell("exit 4"), {.output = redirect::pipe});
    EXPECT_EQ(read_once(unnoticed.output()), "");
    siginfo_t ended{};
    ::waitid(P_PID, static_cast<id_t>(unnoticed.pid()), &ended, WEXITED | WNOWAIT);
    EXPECT_EQ(error_of([&] { unnoticed.terminate(); }), ESRCH);
    EXPECT_EQ(unnoticed.status(), exit_status::exited(4));
}

FIBER_TEST_F(Process, SignalThatDoesNotExistIsAnError) {
    auto cat = reading_one();
    EXPECT_EQ(error_of([&] { cat.send_signal(1000); }), EINVAL);
    EXPECT_FALSE(cat.status());
}

FIBER_TEST_F(Process, DestructionKillsAndReaps) {
    auto cat = reading_one();
    const pid_t pid = cat.pid();
    { const process dropped = std::move(cat); }
    EXPECT_EQ(::kill(pid, 0), -1);
    EXPECT_FALSE(test::has_children());
}

// anyio #1174: nobody reads its output, so it never ends by itself. Neither that nor what is left
// in the pipe holds up a wait that is cancelled, or that ends with the process.
FIBER_TEST_F(Process, WaitForABlockedProcessCanBeEnded) {
    process writing({"yes"}, {.output = redirect::pipe});
    EXPECT_NE(read_once(writing.output()), "");
    auto impatient = spawn([&] { writing.wait(); });
    auto patient = spawn([&] { return writing.wait(); });
    let_others_run();
    impatient.cancel();
    EXPECT_THROW(impatient.get(), cancelled);
    EXPECT_FALSE(patient.done());
    writing.kill();
    EXPECT_EQ(patient.get(), exit_status::signaled(SIGKILL));
    EXPECT_NE(read_once(writing.output()), "");
}

// anyio #1166: the process is blocked, since nobody reads its output.
FIBER_TEST_F(Process, DestructionDoesNotWaitForAFullPipe) {
    process writing({"yes"}, {.output = redirect::pipe});
    EXPECT_NE(read_once(writing.output()), "");
}

FIBER_TEST_F(Process, DestructionInACancelledScopeReapsAllTheSame) {
    cancel_scope scope;
    EXPECT_FALSE(scope.run([&] {
        auto cat = reading_one();
        scope.cancel();
        this_fiber::yield();
    }));
    EXPECT_FALSE(test::has_children());
}

FIBER_TEST_F(Process, DestructionEndsTheWaitOfOthers) {
    std::optional<process> cat(reading_one());
    auto waiting = spawn([&] { return cat->wait(); });
    let_others_run();
    cat.reset();
    EXPECT_EQ(waiting.get(), exit_status::signaled(SIGKILL));
}

FIBER_TEST_F(Process, AssignmentEndsTheOldOne) {
    auto cat = reading_one();
    const pid_t old = cat.pid();
    cat = process({"true"});
    EXPECT_EQ(::kill(old, 0), -1);
    EXPECT_TRUE(cat.wait().success());
}

TEST_F(Process, StopsByRequest) {
    use_real_time();
    run([] {
        auto cat = reading_one();
        EXPECT_EQ(cat.stop(), exit_status::signaled(SIGTERM));
        EXPECT_EQ(cat.stop(), exit_status::signaled(SIGTERM));
    });
}

/// A process that ignores SIGTERM, and says so when it does.
process stubborn_one() {
    process made(shell("trap '' TERM; echo ready; read never"),
                 {.input = redirect::pipe, .output = redirect::pipe});
    std::array<std::byte, 6> ready{};
    EXPECT_EQ(made.output().read_some(ready), 6U);
    return made;
}

FIBER_TEST_F(Process, StopKillsAfterTheGrace) {
    auto stubborn = stubborn_one();
    const auto before = clock::now();
    EXPECT_EQ(stubborn.stop(std::chrono::seconds(7)), exit_status::signaled(SIGKILL));
    EXPECT_EQ(clock::now() - before, std::chrono::seconds(7));
    const auto reports = take_reports();
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].kind, error_kind::process_killed);
}

FIBER_TEST_F(Process, StopIsOutOfReachOfCancellation) {
    auto stubborn = stubborn_one();
    auto stopping = spawn([&] { return stubborn.stop(std::chrono::seconds(1)); });
    let_others_run();
    stopping.cancel();
    EXPECT_EQ(stopping.get(), exit_status::signaled(SIGKILL));
    EXPECT_EQ(take_reports().size(), 1U);
}

// A.15, "unknown child": somebody else has waited for it.
FIBER_TEST_F(Process, StolenStatusIsReported) {
    process stolen({"true"});
    ::waitpid(stolen.pid(), nullptr, 0);
    EXPECT_EQ(stolen.wait(), exit_status::exited(255));
    EXPECT_EQ(error_of([&] { stolen.kill(); }), ESRCH);
    const auto reports = take_reports();
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].kind, error_kind::exit_status_lost);
}

// Scenario 12: unwinding in the child of a fork does not end what is its parent's child.
FIBER_TEST_F(Process, ChildOfAForkLeavesItAlone) {
    std::optional<process> cat(reading_one());
    const pid_t child = ::fork();
    if (child == 0) {
        cat.reset();
        std::_Exit(0);
    }
    ::waitpid(child, nullptr, 0);
    EXPECT_FALSE(cat->status());
    cat->input().close();
    EXPECT_EQ(cat->wait(), exit_status::exited(0));
}

FIBER_TEST_F(Process, MovedFromObjectRefuses) {
    auto cat = reading_one();
    const process holder = std::move(cat);
    EXPECT_THROW(cat.wait(), usage_error);
    EXPECT_THROW(cat.kill(), usage_error);
    EXPECT_THROW(static_cast<void>(cat.pid()), usage_error);
}

TEST_F(Process, NeedsAFiber) {
    EXPECT_THROW(process({"true"}), usage_error);
}

// Reading and waiting fibers of many processes at once.
FIBER_TEST_F(Process, ManyAtTheSameTime) {
    std::vector<task<std::string>> all;
    for (int i = 0; i < 30; ++i) {
        all.push_back(spawn([i] {
            process echo({"echo", std::to_string(i)}, {.output = redirect::pipe});
            return echo.communicate().output;
        }));
    }
    for (int i = 0; i < 30; ++i) {
        EXPECT_EQ(all[static_cast<std::size_t>(i)].get(), std::to_string(i) + "\n");
    }
}

}  // namespace
}  // namespace weft
