// SPDX-License-Identifier: BSL-1.0
//
// What a new process finds, and what prevents its start.
#include <weft/process.hpp>

#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/children.hpp"
#include "support/descriptors.hpp"
#include "support/errors.hpp"
#include "support/runtime_test.hpp"
#include "support/temporary_directory.hpp"

#include <fcntl.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace weft {
namespace {

using test::error_of;

class ProcessStart : public test::runtime_test {
protected:
    ~ProcessStart() override { EXPECT_FALSE(test::has_children()) << "children are left"; }

    /// What the shell writes for `line`, without the last line break.
    static std::string output_of(std::string_view line, process_options chosen = {}) {
        chosen.output = redirect::pipe;
        auto text = process(shell(line), chosen).communicate().output;
        if (text.ends_with('\n')) {
            text.pop_back();
        }
        return text;
    }
};

FIBER_TEST_F(ProcessStart, ArgumentsArriveAsTheyAre) {
    process echo({"printf", "<%s>", "a b", "", "'$HOME'"}, {.output = redirect::pipe});
    EXPECT_EQ(echo.communicate().output, "<a b><><'$HOME'>");
}

TEST_F(ProcessStart, EnvironmentIsAddedTo) {
    ::setenv("WEFT_TEST_OLD", "old", 1);
    ::setenv("WEFT_TEST_BOTH", "old", 1);
    run([] {
        const auto line = "echo $WEFT_TEST_OLD $WEFT_TEST_BOTH $WEFT_TEST_NEW";
        EXPECT_EQ(
            output_of(line, {.environment = {{"WEFT_TEST_BOTH", "new"}, {"WEFT_TEST_NEW", "a=b"}}}),
            "old new a=b");
        EXPECT_EQ(output_of(line, {.environment = {{"WEFT_TEST_NEW", "only"}},
                                   .clean_environment = true}),
                  "only");
    });
    ::unsetenv("WEFT_TEST_OLD");
    ::unsetenv("WEFT_TEST_BOTH");
}

TEST_F(ProcessStart, DirectoryIsChosen) {
    const test::temporary_directory directory;
    run([&] { EXPECT_EQ(output_of("pwd -P", {.directory = directory.path()}), directory.path()); });
}

FIBER_TEST_F(ProcessStart, StreamsLeadWhereTheyShould) {
    process null({"cat"}, {.input = redirect::null, .output = redirect::pipe});
    EXPECT_EQ(null.communicate().output, "");
    EXPECT_EQ(output_of("echo out; echo err >&2", {.errors = redirect::to_output}), "out\nerr");
    auto [reader, writer] = make_pipe();
    process given(shell("echo given"), {.output = redirect::to(writer.native())});
    EXPECT_TRUE(given.wait().success());
    writer.close();
    std::string text;
    reader.read_all(text);
    EXPECT_EQ(text, "given\n");
}

// The sources are the very streams that are overwritten.
TEST_F(ProcessStart, StreamsCanBeSwapped) {
    auto [first_end, first] = test::pipe_pair();
    auto [second_end, second] = test::pipe_pair();
    const unique_fd output(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10));
    const unique_fd errors(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10));
    ::dup2(first.get(), STDOUT_FILENO);
    ::dup2(second.get(), STDERR_FILENO);
    run([] {
        process swapped(shell("echo out; echo err >&2"),
                        {.output = redirect::to(2), .errors = redirect::to(1)});
        swapped.wait();
    });
    ::dup2(output.get(), STDOUT_FILENO);
    ::dup2(errors.get(), STDERR_FILENO);
    run([&, &first_end = first_end, &second_end = second_end] {
        std::string text(10, '\0');
        const auto count = io::read(first_end.get(), std::as_writable_bytes(std::span(text)));
        EXPECT_EQ(text.substr(0, count), "err\n");
        EXPECT_EQ(io::read(second_end.get(), std::as_writable_bytes(std::span(text))), 4U);
        EXPECT_EQ(text.substr(0, 4), "out\n");
    });
}

// A.15: no descriptor but the streams, also none that somebody forgot to mark.
FIBER_TEST_F(ProcessStart, InheritsNoDescriptors) {
    auto [left, right] = test::pipe_pair();
    ::fcntl(left.get(), F_SETFD, 0);
    process sibling({"cat"}, {.input = redirect::pipe, .output = redirect::pipe});
    EXPECT_EQ(output_of("ls /proc/self/fd | xargs"), "0 1 2 3");  // 3: the directory itself
}

FIBER_TEST_F(ProcessStart, KeepsTheDescriptorsAskedFor) {
    auto [left, right] = test::pipe_pair();
    const unique_fd high(::fcntl(right.get(), F_DUPFD_CLOEXEC, 40));
    const int kept = high.get();
    EXPECT_EQ(output_of("ls /proc/self/fd | xargs", {.keep = {kept, kept}}),
              "0 1 2 3 " + std::to_string(kept));
    EXPECT_NE(::fcntl(kept, F_GETFD) & FD_CLOEXEC, 0);
}

// A.15: parent ends of other pipes are not inherited, so closing one shows.
FIBER_TEST_F(ProcessStart, EndOfInputIsSeenAlthoughASiblingRuns) {
    process first({"cat"}, {.input = redirect::pipe});
    process second({"cat"}, {.input = redirect::pipe});
    first.input().close();
    EXPECT_TRUE(first.wait().success());
    EXPECT_FALSE(second.status());
}

/// The signals in one line of /proc/self/status, without the two that the C library keeps for its
/// threads: its posix_spawn may leave those ignored.
std::uint64_t signals_in(const std::string& status, const std::string& line) {
    const auto found = status.find(line + ":\t");
    EXPECT_NE(found, std::string::npos) << line;
    constexpr std::uint64_t of_the_library = 3ULL << 31U;  // 32 and 33
    return std::stoull(status.substr(found + line.size() + 2), nullptr, 16) & ~of_the_library;
}

TEST_F(ProcessStart, SignalsAreAsIfNeverTouched) {
    sigset_t some;
    sigset_t before;
    ::sigemptyset(&some);
    ::sigaddset(&some, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &some, &before);
    auto* const old = ::signal(SIGUSR2, SIG_IGN);
    run([] {
        process cat({"cat", "/proc/self/status"}, {.output = redirect::pipe});
        const auto status = cat.communicate().output;
        EXPECT_EQ(signals_in(status, "SigBlk"), 0U);
        EXPECT_EQ(signals_in(status, "SigIgn"), 0U);
        EXPECT_EQ(signals_in(status, "SigCgt"), 0U);
    });
    ::signal(SIGUSR2, old);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

FIBER_TEST_F(ProcessStart, MayHaveASessionOfItsOwn) {
    process leader(shell("cut -d' ' -f6 /proc/$$/stat"),
                   {.output = redirect::pipe, .new_session = true});
    EXPECT_EQ(leader.communicate().output, std::to_string(leader.pid()) + "\n");
}

// T135
FIBER_TEST_F(ProcessStart, MissingProgramIsNamed) {
    const auto before = test::open_descriptors();
    try {
        const process missing({"weft-no-such-program"},
                              {.input = redirect::pipe, .output = redirect::pipe});
        ADD_FAILURE() << "it started";
    } catch (const io_error& error) {
        EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
        EXPECT_NE(std::string(error.what()).find("'weft-no-such-program'"), std::string::npos);
    }
    EXPECT_EQ(test::open_descriptors(), before);
}

TEST_F(ProcessStart, ProgramWithoutPermissionIsRefused) {
    const test::temporary_directory directory;
    const std::string file = directory.write("program", "#!/bin/sh\n");
    run([&] {
        EXPECT_EQ(error_of([&] { process({file}); }), EACCES);
        EXPECT_EQ(error_of([&] { process({"/"}); }), EACCES);
    });
}

FIBER_TEST_F(ProcessStart, MissingDirectoryIsNamed) {
    try {
        const process missing({"true"}, {.directory = "/weft/no/such"});
        ADD_FAILURE() << "it started";
    } catch (const io_error& error) {
        EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
        EXPECT_NE(std::string(error.what()).find("'/weft/no/such'"), std::string::npos);
    }
}

FIBER_TEST_F(ProcessStart, TooManyArgumentsAreAnError) {
    const std::vector<std::string> many(100, std::string(200'000, 'x'));
    std::vector<std::string> command{"true"};
    command.insert(command.end(), many.begin(), many.end());
    EXPECT_EQ(error_of([&] { const process failed(command); }), E2BIG);
}

FIBER_TEST_F(ProcessStart, BadInputIsRefused) {
    const std::string null("a\0b", 3);
    EXPECT_THROW(process({}), usage_error);
    EXPECT_THROW(process({""}), usage_error);
    EXPECT_THROW(process({"true", null}), usage_error);
    EXPECT_THROW(process({"true"}, {.environment = {{"", "x"}}}), usage_error);
    EXPECT_THROW(process({"true"}, {.environment = {{"a=b", "x"}}}), usage_error);
    EXPECT_THROW(process({"true"}, {.environment = {{"a", null}}}), usage_error);
    EXPECT_THROW(process({"true"}, {.input = redirect::to_output}), usage_error);
    EXPECT_THROW(process({"true"}, {.keep = {1}}), usage_error);
    EXPECT_EQ(error_of([] { process({"true"}, {.output = redirect::to(-1)}); }), EBADF);
    EXPECT_EQ(error_of([] { process({"true"}, {.output = redirect::to(1000)}); }), EBADF);
}

// Each descriptor that a start needs is missing once; afterwards processes start again.
FIBER_TEST_F(ProcessStart, DescriptorsRunOut) {
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const auto start = [] {
        process({"true"}, {.input = redirect::pipe, .output = redirect::pipe, .directory = "/"})
            .wait();
    };
    start();
    const auto open = test::open_descriptors();
    int failures = 0;
    for (rlim_t more = 0; more < 12; ++more) {
        const rlimit few{test::lowest_free_descriptor() + more, before.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &few);
        const int error = error_of(start);
        ::setrlimit(RLIMIT_NOFILE, &before);
        EXPECT_TRUE(error == 0 || error == EMFILE) << error;
        failures += error != 0 ? 1 : 0;
        EXPECT_EQ(test::open_descriptors(), open);
        EXPECT_FALSE(test::has_children());
    }
    EXPECT_GE(failures, 6);
    EXPECT_LT(failures, 12);
}

// T134, gh-125502, gh-145541: cancelled at every point of its set-up, and before.
FIBER_TEST_F(ProcessStart, CancelledStartLeavesNothing) {
    const auto before = test::open_descriptors();
    for (int point = 0; point < 40; ++point) {
        auto starting = spawn([] {
            process cat({"cat"}, {.input = redirect::pipe, .output = redirect::pipe});
            cat.wait();
        });
        for (int i = 0; i < point; ++i) {
            this_fiber::yield();
        }
        starting.cancel();
        EXPECT_THROW(starting.get(), cancelled);
        EXPECT_EQ(test::open_descriptors(), before);
        EXPECT_FALSE(test::has_children());
    }
}

}  // namespace
}  // namespace weft
