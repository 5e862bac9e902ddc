// SPDX-License-Identifier: BSL-1.0

// tools/run: a program under weft-run is as it is without.

#include "support/child_process.hpp"
#include "support/runtime_test.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace weft::test {
namespace {

/// What a program writes and how it ends.
struct outcome {
    int status;
    std::string output;
    std::string errors;
};

outcome outcome_of(child_process child) {
    const int status = child.wait();
    return {status, child.output(), child.errors()};
}

outcome outcome_of(std::vector<std::string> command, const child_options& options = {}) {
    return outcome_of(child_process(std::move(command), options));
}

outcome under_weft_run(std::vector<std::string> command, const child_options& options = {}) {
    command.insert(command.begin(), WEFT_RUN);
    return outcome_of(std::move(command), options);
}

TEST(WeftRunTest, OutputAndExitCodeAreThoseOfTheProgram) {
    const outcome seen = under_weft_run({"sh", "-c", "echo out; echo err >&2; exit 7"});
    EXPECT_EQ(seen.status, 7);
    EXPECT_EQ(seen.output, "out\n");
    EXPECT_EQ(seen.errors, "err\n");
}

TEST(WeftRunTest, ProgramsItStartsRunAsEver) {
    const outcome seen = under_weft_run({"sh", "-c", "env | grep -c -e ^LD_PRELOAD -e ^WEFT_RUN"});
    EXPECT_EQ(seen.output, "0\n");
}

TEST(WeftRunTest, PipesForksAndWaitsWork) {
    const outcome seen =
        under_weft_run({"sh", "-c", "(sleep 0.01; echo a) | cat; x=$(echo b); echo $x; wait"});
    EXPECT_EQ(seen.output, "a\nb\n");
    EXPECT_EQ(seen.status, 0);
}

/// Programs of every Debian: some have threads, some start others and read what these write.
std::vector<std::vector<std::string>> ordinary_programs(const std::string& lines) {
    return {{"sort", "--parallel=3", "-S", "1M", "-r", lines},
            {"awk", "BEGIN { \"echo a | tr a b\" | getline x; print x | \"cat\" }"},
            {"sed", "-n", "/99$/p", lines},
            {"gzip", "-nc", lines},
            {"perl", "-e", "open(my $p, '-|', 'seq 3'); print reverse <$p>; print `echo done`;"},
            {"find", "/etc/default", "-type", "f", "-exec", "wc", "-c", "{}", "+"},
            {"bash", "-c", "coproc cat; echo hi >&${COPROC[1]}; read -u ${COPROC[0]} x; echo $x"}};
}

TEST(WeftRunTest, OrdinaryProgramsWriteWhatTheyWriteNatively) {
    const temporary_directory directory;
    const std::string lines = directory.path() / "lines";
    std::ofstream content(lines);
    for (int i = 0; i < 20'000; ++i) {
        content << i * 7919 % 20'011 << '\n';
    }
    content.close();
    for (const std::vector<std::string>& program : ordinary_programs(lines)) {
        const outcome native = outcome_of(program);
        std::vector<std::string> with_fibers = program;
        with_fibers.insert(with_fibers.begin(), "--threads-as-fibers");
        for (const auto& command : {program, with_fibers}) {
            const outcome seen = under_weft_run(command);
            EXPECT_EQ(seen.status, native.status) << program.front();
            EXPECT_EQ(seen.errors, native.errors) << program.front();
            EXPECT_TRUE(seen.output == native.output) << program.front();
        }
        EXPECT_EQ(native.status, 0) << program.front() << native.errors;
    }
}

TEST(WeftRunTest, ReportTellsWaitsWithLocksHeld) {
    const outcome seen = under_weft_run({"--report", WEFT_HOLDS_LOCK});
    EXPECT_EQ(seen.output, "done\n");
    EXPECT_NE(seen.errors.find("nanosleep: 1 times, 2 locks at most, in take_second ("),
              std::string::npos)
        << seen.errors;
    EXPECT_EQ(occurrences(seen.errors, " locks at most"), 1U) << seen.errors;
}

TEST(WeftRunTest, ASignalThatEndsTheProgramIsPassedOn) {
    EXPECT_EQ(under_weft_run({"sh", "-c", "kill -TERM $$"}).status, -15);
}

TEST(WeftRunTest, PythonsStandardLibraryWorksAsEver) {
    const std::string python = "/usr/bin/python3";
    const std::string program = WEFT_STANDARD_LIBRARY;
    // At the same time: they wait for much.
    child_process alone({python, program});
    child_process under_it({WEFT_RUN, python, program});
    child_process with_fibers({WEFT_RUN, "--threads-as-fibers", python, program});
    const outcome native = outcome_of(std::move(alone));
    ASSERT_EQ(native.status, 0) << native.errors;
    for (auto* each : {&under_it, &with_fibers}) {
        const outcome seen = outcome_of(std::move(*each));
        EXPECT_EQ(seen.status, 0) << seen.errors;
        EXPECT_EQ(seen.output, native.output);
    }
}

TEST(WeftRunTest, AReportTellsWhatWasCalledAndWhatKeptTheLoop) {
    const outcome seen = under_weft_run({"--report", "/usr/bin/python3", "-c",
                                         "import signal, select; select.select([], [], [], 0.001)\n"
                                         "signal.sigtimedwait([signal.SIGUSR1], 0.1)"});
    EXPECT_EQ(seen.status, 0);
    EXPECT_EQ(seen.output, "");
    EXPECT_NE(seen.errors.find("  select\n"), std::string::npos) << seen.errors;
    EXPECT_NE(seen.errors.find("sigtimedwait: 1 times, 0.1"), std::string::npos) << seen.errors;
    EXPECT_NE(seen.errors.find("python3"), std::string::npos) << seen.errors;
    EXPECT_EQ(seen.errors.find("past it"), std::string::npos) << seen.errors;
}

TEST(WeftRunTest, AReportMayGoToAFileAndSaysNothingOfAnIdleLoop) {
    const temporary_directory folder;
    const std::string file = folder.path() / "report";
    const outcome seen = outcome_of({WEFT_RUN, "sleep", "0.001"},
                                    {.environment = {{"WEFT_INTERPOSE_REPORT", file}}});
    EXPECT_EQ(seen.errors, "");
    std::ifstream content(file);
    const std::string text((std::istreambuf_iterator<char>(content)), {});
    EXPECT_NE(text.find("for 20 ms or more:\n  nothing\n"), std::string::npos) << text;
}

TEST(WeftRunTest, AProgramThatIsMissingIsNamed) {
    const outcome seen = under_weft_run({"no-such-program"});
    EXPECT_EQ(seen.status, 127);
    EXPECT_EQ(seen.errors, "weft-run: no-such-program: not found\n");
}

TEST(WeftRunTest, ASetuidProgramIsRefused) {
    const temporary_directory folder;
    const std::string program = folder.path() / "program";
    std::ofstream(program) << "#!/bin/sh\n";
    ASSERT_EQ(::chmod(program.c_str(), 04755), 0);
    const outcome seen = under_weft_run({program});
    EXPECT_EQ(seen.status, 125);
    EXPECT_NE(seen.errors.find("setuid"), std::string::npos) << seen.errors;
}

TEST(WeftRunTest, AStaticProgramIsRefused) {
    const outcome seen = under_weft_run({WEFT_STATIC_PROGRAM});
    EXPECT_EQ(seen.status, 125);
    EXPECT_NE(seen.errors.find("statically linked"), std::string::npos) << seen.errors;
}

TEST(WeftRunTest, WhatIsNoProgramForThisMachineIsRefused) {
    const temporary_directory folder;
    const std::string text = folder.path() / "text";
    std::ofstream(text) << "just text\n";
    ASSERT_EQ(::chmod(text.c_str(), 0755), 0);
    EXPECT_NE(under_weft_run({text}).errors.find("no program for this machine"), std::string::npos);
    EXPECT_EQ(under_weft_run({folder.path().string()}).status, 125);
}

TEST(WeftRunTest, HelpIsAManualPage) {
    const outcome seen = under_weft_run({"--help"});
    EXPECT_EQ(seen.status, 0);
    for (const char* section : {"NAME\n", "SYNOPSIS\n", "DESCRIPTION\n", "OPTIONS\n",
                                "ENVIRONMENT\n", "EXIT STATUS\n", "LIMITS\n"}) {
        EXPECT_NE(seen.output.find(section), std::string::npos) << section;
    }
}

TEST(WeftRunTest, AScriptThatEnvStartsIsRefused) {
    const temporary_directory folder;
    const std::string program = folder.path() / "program";
    std::ofstream(program) << "#!/usr/bin/env sh\n";
    ASSERT_EQ(::chmod(program.c_str(), 0755), 0);
    EXPECT_EQ(under_weft_run({program}).status, 125);
}

TEST(WeftRunTest, ALibraryThatCannotBeReadIsNamed) {
    const outcome seen =
        under_weft_run({"true"}, {.environment = {{"WEFT_INTERPOSE_LIBRARY", "/no/such.so"}}});
    EXPECT_EQ(seen.status, 125);
    EXPECT_EQ(seen.errors, "weft-run: /no/such.so: No such file or directory\n");
}

TEST(WeftRunTest, BadOptionsAreNamed) {
    EXPECT_EQ(under_weft_run({"--stack", "3X", "true"}).errors,
              "weft-run: --stack: not a size: 3X\n");
    EXPECT_EQ(under_weft_run({"--stack", "1K", "true"}).status, 125);
    EXPECT_EQ(under_weft_run({"--thread-stack", "x", "true"}).errors,
              "weft-run: --thread-stack: not a size: x\n");
    EXPECT_EQ(under_weft_run({"--thread-stack"}).errors, "weft-run: --thread-stack needs a size\n");
    EXPECT_EQ(under_weft_run({"--what", "true"}).errors, "weft-run: unknown option: --what\n");
    EXPECT_EQ(under_weft_run({}).status, 125);
    EXPECT_EQ(under_weft_run({"--stack", "1M", "true"}).status, 0);
}

}  // namespace
}  // namespace weft::test
