// SPDX-License-Identifier: BSL-1.0
#include <weft/run_process.hpp>

#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/children.hpp"
#include "support/errors.hpp"
#include "support/runtime_test.hpp"

#include <chrono>
#include <csignal>
#include <cstdint>
#include <string>

namespace weft {
namespace {

using namespace std::chrono_literals;

class RunProcess : public test::runtime_test {
protected:
    ~RunProcess() override { EXPECT_FALSE(test::has_children()) << "children are left"; }
};
using RunProcessSlow = RunProcess;

FIBER_TEST_F(RunProcess, ReturnsWhatWasWritten) {
    const auto ended = run_process(shell("echo out; echo err >&2"));
    EXPECT_TRUE(ended.status.success());
    EXPECT_EQ(ended.output, "out\n");
    EXPECT_EQ(ended.errors, "err\n");
}

FIBER_TEST_F(RunProcess, FeedsItsInput) {
    EXPECT_EQ(run_process({"cat"}, {.input = "hello"}).output, "hello");
    EXPECT_EQ(run_process({"cat"}).output, "");
}

// T131
FIBER_TEST_F(RunProcess, CarriesALotInBothDirections) {
    const std::string large(10'000'000, 'x');
    const auto ended =
        run_process(shell("head -c 1000000 /dev/zero >&2; exec cat"), {.input = large});
    EXPECT_EQ(ended.output, large);
    EXPECT_EQ(ended.errors.size(), 1'000'000U);
}

// T131
FIBER_TEST_F(RunProcess, InputNeedNotBeRead) {
    const std::string large(10'000'000, 'x');
    const auto ended = run_process(shell("exec <&-; echo out; echo err >&2"), {.input = large});
    EXPECT_EQ(ended.output, "out\n");
    EXPECT_EQ(ended.errors, "err\n");
}

// T132 for the input: a grandchild holds that pipe and never reads it.
FIBER_TEST_F(RunProcess, InputIsGivenUpWithTheProcess) {
    const std::string large(1'000'000, 'x');
    const auto ended =
        run_process(shell("exec 3<&0; sleep 1000 <&3 >/dev/null 2>&1 & echo $!"), {.input = large});
    EXPECT_EQ(::kill(std::stoi(ended.output), SIGKILL), 0);
}

FIBER_TEST_F(RunProcess, FailureThrowsWithAllThatWasWritten) {
    try {
        run_process(shell("echo out; echo first >&2; echo it is broken >&2; exit 2"));
        ADD_FAILURE() << "it succeeded";
    } catch (const process_error& error) {
        EXPECT_STREQ(error.what(), "process '/bin/sh' exited with 2: it is broken");
        EXPECT_EQ(error.ended().status, exit_status::exited(2));
        EXPECT_EQ(error.ended().output, "out\n");
    }
}

FIBER_TEST_F(RunProcess, FailureIsReturnedWithoutCheck) {
    EXPECT_EQ(run_process({"false"}, {.check = false}).status, exit_status::exited(1));
    EXPECT_EQ(run_process(shell("kill -9 $$"), {.check = false}).status,
              exit_status::signaled(SIGKILL));
}

FIBER_TEST_F(RunProcess, CapturesOnlyWhatIsAskedFor) {
    auto [reader, writer] = make_pipe();
    const auto ended = run_process(shell("echo out; echo err >&2"),
                                   {.process = {.output = redirect::to(writer.native())}});
    writer.close();
    std::string elsewhere;
    reader.read_all(elsewhere);
    EXPECT_EQ(elsewhere, "out\n");
    EXPECT_EQ(ended.output, "");
    EXPECT_EQ(ended.errors, "err\n");
}

TEST_F(RunProcess, TooMuchOutputEndsTheProgram) {
    use_real_time();
    for (const auto* line : {"yes", "yes >&2"}) {
        run([&] {
            try {
                run_process(shell(line), {.output_limit = 100'000});
                ADD_FAILURE() << "it ended";
            } catch (const io_error& error) {
                EXPECT_EQ(error.code(), std::errc::message_size);
            }
        });
    }
}

/// Runs a program that writes "ready" to its errors, and cancels it then.
void cancel_when_ready(const std::string& line) {
    auto [reader, writer] = make_pipe();
    auto running = spawn([&, &writer = writer] {
        run_process(shell(line),
                    {.input = "x", .process = {.errors = redirect::to(writer.native())}});
    });
    std::string ready(6, '\0');
    EXPECT_EQ(reader.read_some(std::as_writable_bytes(std::span(ready))), 6U);
    running.cancel();
    EXPECT_THROW(running.get(), cancelled);
    EXPECT_FALSE(test::has_children());
}

// T137
FIBER_TEST_F(RunProcess, CancellationKillsAProgramThatIgnoresIt) {
    const auto before = clock::now();
    cancel_when_ready("trap '' TERM; echo ready >&2; while :; do read x; done");
    EXPECT_EQ(clock::now() - before, 5s);
    const auto reports = take_reports();
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].kind, error_kind::process_killed);
    EXPECT_NE(reports[0].message.find("'/bin/sh'"), std::string::npos);
}

// T137: one that does what it is asked for is not killed, which would be reported.
TEST_F(RunProcess, CancellationLetsAProgramCleanUp) {
    use_real_time();
    run([] { cancel_when_ready("trap 'exit 0' TERM; echo ready >&2; while :; do :; done"); });
}

FIBER_TEST_F(RunProcess, MissingProgramIsAnError) {
    EXPECT_EQ(test::error_of([] { run_process({"weft-no-such-program"}); }), ENOENT);
    EXPECT_THROW(run_process({}), usage_error);
}

// Cancelled wherever it is, it leaves neither children nor descriptors behind.
TEST_F(RunProcessSlow, CancelSweep) {
    use_real_time();
    const std::uint64_t seeds = test::sanitized() ? 2 : 6;
    for (options.order_seed = 0; options.order_seed < seeds; ++options.order_seed) {
        bool in_time = true;
        for (int point = 0; point < 200 && in_time; ++point) {
            run([&] {
                const auto before = test::open_descriptors();
                auto running =
                    spawn([] { return run_process({"cat"}, {.input = "hello"}).output; });
                let_others_run(point);
                in_time = running.cancel();
                try {
                    EXPECT_EQ(running.get(), "hello");
                } catch (const cancelled&) {
                    EXPECT_TRUE(in_time);
                }
                EXPECT_FALSE(test::has_children());
                EXPECT_EQ(test::open_descriptors(), before);
            });
        }
    }
}

}  // namespace
}  // namespace weft
