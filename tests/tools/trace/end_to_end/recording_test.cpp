// SPDX-License-Identifier: BSL-1.0
//
// The tool with real programs.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <thread>

#include "analysis/summary.hpp"
#include "memory/mapped_memory.hpp"
#include "process/source.hpp"
#include "recording/ownership.hpp"
#include "recording/ring_reader.hpp"
#include "support/run_tool.hpp"
#include "support/temporary_file.hpp"

namespace weft::test {
namespace {

using testing::HasSubstr;

/// A program that this test started; it ends with the object.
class child {
public:
    explicit child(std::vector<std::string> command) {
        int ends[2];
        EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::dup2(ends[1], STDOUT_FILENO);
            ::dup2(ends[1], STDERR_FILENO);
            std::vector<char*> arguments;
            for (auto& each : command) {
                arguments.push_back(each.data());
            }
            arguments.push_back(nullptr);
            ::execv(arguments[0], arguments.data());
            ::_exit(127);
        }
        ::close(ends[1]);
        output_ = ::fdopen(ends[0], "r");
    }
    ~child() {
        kill();
        std::fclose(output_);
    }
    child(const child&) = delete;
    child& operator=(const child&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }

    /// Waits until it says a line with this in it.
    [[nodiscard]] bool says(const char* wanted) {
        char line[512];
        while (std::fgets(line, sizeof line, output_) != nullptr) {
            if (std::strstr(line, wanted) != nullptr) {
                return true;
            }
        }
        return false;
    }

    void kill(int signal = SIGKILL) {
        if (!ended_) {
            ::kill(pid_, signal);
            ::waitpid(pid_, &status_, 0);
            ended_ = true;
        }
    }
    [[nodiscard]] int status() const { return status_; }

private:
    pid_t pid_ = -1;
    std::FILE* output_ = nullptr;
    bool ended_ = false;
    int status_ = 0;
};

std::uint32_t mask_of(const trace_tool::mapped_memory& memory) {
    return __atomic_load_n(&memory.control().mask, __ATOMIC_ACQUIRE);
}

trace_tool::mapped_memory memory_of(const child& of) {
    auto from = trace_tool::open_source(std::to_string(of.pid()),
                                        trace_tool::mapped_memory::access::control);
    return std::move(from.memories.front());
}

/// Events that are neither in a recording nor counted as lost, of a program of which there is no
/// other. The one that it was about to write when it was told to stop comes after the recording;
/// more than that one would be missing.
std::uint64_t unaccounted(const trace_tool::survey& file, const child& program) {
    return memory_of(program).loop().head - (file.events + file.lost);
}

// Polls, with a limit far above what is claimed.
template <class Condition>
bool soon(Condition condition) {
    const auto end = trace_tool::monotonic_now() + 20'000'000'000;
    while (!condition()) {
        if (trace_tool::monotonic_now() > end) {
            return false;
        }
        std::this_thread::yield();
    }
    return true;
}

// Each number is a wait of the sender or of the reader, for capacity 0 of both in turn.
TEST(RunSlow, ReportsWhatTheProgramDid) {
    const temporary_file file;
    const auto result =
        run_tool({"run", "-o", file.path(), "--", WEFT_TRACE_SUBJECT, "ping", "5000"});
    EXPECT_EQ(result.code, 0) << result.err;
    const auto read = trace_tool::summarize(file.path());
    EXPECT_EQ(read.file.lost, 0U);
    EXPECT_TRUE(read.file.complete);
    std::uint64_t waits = 0;
    for (const auto& [reason, all] : read.waits) {
        waits += read.reason_name(reason).starts_with("channel") ? all.count() : 0;
    }
    EXPECT_GE(waits, 5000U);
    EXPECT_LE(waits, 10'004U);
    const auto reader = std::ranges::find_if(
        read.fibers, [](const auto& each) { return each.second.name == "reader"; });
    ASSERT_NE(reader, read.fibers.end());
    EXPECT_TRUE(reader->second.ended);
    EXPECT_THAT(reader->second.site, HasSubstr("subject.cpp"));
}

TEST(RunSlow, KeepsTheExitCodeOfTheProgram) {
    const temporary_file file;
    EXPECT_EQ(run_tool({"run", "-o", file.path(), "--", WEFT_TRACE_SUBJECT, "exit", "7"}).code, 7);
    EXPECT_EQ(run_tool({"run", "-o", file.path(), "--", "/bin/false"}).code, 1);
}

TEST(RunSlow, FailsOnAStall) {
    const temporary_file file;
    const auto failing = run_tool(
        {"run", "-o", file.path(), "--fail-on=stall>50ms", "--", WEFT_TRACE_SUBJECT, "stall"});
    EXPECT_EQ(failing.code, 1);
    EXPECT_THAT(failing.err, HasSubstr("kept the loop for"));
    EXPECT_EQ(run_tool({"run", "-o", file.path(), "--fail-on=stall>10s,deadlock,leak,lost", "--",
                        WEFT_TRACE_SUBJECT, "stall"})
                  .code,
              0);
}

TEST(RunSlow, FailsOnALostResult) {
    const temporary_file file;
    const auto failing =
        run_tool({"run", "-o", file.path(), "--fail-on=lost", "--", WEFT_TRACE_SUBJECT, "lose"});
    EXPECT_EQ(failing.code, 1);
    EXPECT_THAT(failing.err, HasSubstr("failed and nobody asked for its result: gone"));
    EXPECT_EQ(run_tool({"run", "-o", file.path(), "--fail-on=stall,deadlock,leak", "--",
                        WEFT_TRACE_SUBJECT, "lose"})
                  .code,
              0);
}

// Attaches and detaches, from the search for the process on, while the program is busy.
TEST(RecordSlow, ComesAndGoesAThousandTimes) {
    child program({WEFT_TRACE_SUBJECT, "endless"});
    ASSERT_TRUE(program.says("ready"));
    for (int i = 0; i < 1000; ++i) {
        const auto memory = memory_of(program);
        trace_tool::ring_reader ring(memory);
        {
            const trace_tool::ownership owned(memory, trace::sched_events);
            std::vector<trace::event> read;
            ASSERT_TRUE(soon([&] { return ring.read(read, 64) + read.size() > 0; }));
        }
        ASSERT_EQ(mask_of(memory), 0U);
    }
    const auto memory = memory_of(program);
    const auto switches = memory.loop().switches;
    EXPECT_TRUE(soon([&] { return memory.loop().switches > switches; }));
}

TEST(RunSlow, SaysThatAProgramIsNotOnWeft) {
    const temporary_file file;
    const auto result = run_tool({"run", "-o", file.path(), "--", "/bin/true"});
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.err, HasSubstr("showed no fibers"));
}

TEST(RecordSlow, RecordsALivingProgramAndLeavesItAlone) {
    child program({WEFT_TRACE_SUBJECT, "endless"});
    ASSERT_TRUE(program.says("ready"));
    const temporary_file file;
    const auto pid = std::to_string(program.pid());
    const auto result = run_tool({"record", pid, "-o", file.path(), "--stacks", "--for", "0.3"});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(mask_of(memory_of(program)), 0U);
    const auto read = trace_tool::summarize(file.path());
    EXPECT_GT(read.file.events, 1000U);
    EXPECT_TRUE(read.file.complete);
    EXPECT_FALSE(read.stacks.empty());
    EXPECT_FALSE(read.modules.empty());
    EXPECT_LE(unaccounted(read.file, program), 1U);
}

TEST(RecordSlow, IsSwitchedOffWithinASecondOfItsRecorderBeingKilled) {
    child program({WEFT_TRACE_SUBJECT, "endless"});
    ASSERT_TRUE(program.says("ready"));
    const temporary_file file;
    child recorder({WEFT_TRACE_TOOL, "record", std::to_string(program.pid()), "-o", file.path()});
    ASSERT_TRUE(recorder.says("recording"));
    const auto memory = memory_of(program);
    ASSERT_NE(mask_of(memory), 0U);
    recorder.kill();
    const auto killed = trace_tool::monotonic_now();
    ASSERT_TRUE(soon([&] { return mask_of(memory) == 0; }));
    EXPECT_LT(trace_tool::monotonic_now() - killed, 1'000'000'000U);
}

// Also one that the program waits for: it goes on.
TEST(RecordSlow, DoesNotKeepTheProgramWhenItIsKilled) {
    child program({WEFT_TRACE_SUBJECT, "endless"});
    ASSERT_TRUE(program.says("ready"));
    const temporary_file file;
    child recorder({WEFT_TRACE_TOOL, "record", std::to_string(program.pid()), "-o", file.path(),
                    "--on-full", "block"});
    ASSERT_TRUE(recorder.says("recording"));
    const auto memory = memory_of(program);
    EXPECT_EQ(memory.control().on_full, trace::full_waits);
    recorder.kill();
    ASSERT_TRUE(soon([&] { return mask_of(memory) == 0; }));
    const auto switches = memory.loop().switches;
    EXPECT_TRUE(soon([&] { return memory.loop().switches > switches + 1'000'000; }));
}

TEST(RecordSlow, MakesTheProgramWaitWhereItIsTold) {
    child program({WEFT_TRACE_SUBJECT, "endless"});
    ASSERT_TRUE(program.says("ready"));
    const temporary_file file;
    const auto result = run_tool({"record", std::to_string(program.pid()), "-o", file.path(),
                                  "--stacks", "--on-full", "block", "--for", "0.5"});
    EXPECT_EQ(result.code, 0) << result.err;
    const auto read = trace_tool::summarize(file.path());
    const auto memory = memory_of(program);
    EXPECT_LE(unaccounted(read.file, program), 1U);
    EXPECT_EQ(memory.control().on_full, trace::full_overwrites);
    const auto switches = memory.loop().switches;
    EXPECT_TRUE(soon([&] { return memory.loop().switches > switches; }));
}

TEST(RecordSlow, LeavesAReadableFileWhenTheProgramIsKilled) {
    child program({WEFT_TRACE_SUBJECT, "endless"});
    ASSERT_TRUE(program.says("ready"));
    const temporary_file file;
    child recorder({WEFT_TRACE_TOOL, "record", std::to_string(program.pid()), "-o", file.path()});
    ASSERT_TRUE(recorder.says("recording"));
    const auto memory = memory_of(program);
    const auto head = memory.loop().head;
    ASSERT_TRUE(soon([&] { return memory.loop().head > head + 10'000; }));
    program.kill();
    ASSERT_TRUE(recorder.says("events, lost"));
    recorder.kill(SIGCONT);
    EXPECT_EQ(recorder.status(), 0);
    const auto read = trace_tool::summarize(file.path());
    EXPECT_TRUE(read.file.complete);
    EXPECT_EQ(read.file.events + read.file.lost, memory.loop().head);  // to its last event
}

TEST(RecordSlow, RefusesASecondRecorder) {
    child program({WEFT_TRACE_SUBJECT, "endless"});
    ASSERT_TRUE(program.says("ready"));
    const temporary_file file;
    child recorder({WEFT_TRACE_TOOL, "record", std::to_string(program.pid()), "-o", file.path()});
    ASSERT_TRUE(recorder.says("recording"));
    const temporary_file other(".other.ftr");
    const auto second = run_tool({"record", std::to_string(program.pid()), "-o", other.path()});
    EXPECT_EQ(second.code, 3);
    EXPECT_THAT(second.err, HasSubstr("is recording this program already"));
}

}  // namespace
}  // namespace weft::test
