// SPDX-License-Identifier: BSL-1.0

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <string>
#include <thread>

#include <nlohmann/json.hpp>
#include "process/process_files.hpp"
#include "support/fake_memory.hpp"
#include "support/parked_context.hpp"
#include "support/run_tool.hpp"

namespace weft::test {

[[gnu::noinline]] int blocking_call(int fd) {
    char byte = 0;
    const ssize_t got = ::read(fd, &byte, 1);
    return got == 1 ? byte + 1 : 0;
}

}  // namespace weft::test

namespace {

using testing::HasSubstr;
using weft::test::fake_memory;
using weft::test::parked_context;
using weft::test::run_tool;
using json = nlohmann::json;

json stack_of_only_fiber() {
    const auto result = run_tool({"stack", fake_memory::source(), "1", "--json"});
    EXPECT_EQ(result.code, 0) << result.err;
    return json::parse(result.out).at("stacks").at(0);
}

/// Names without parameters of the functions of ours in a stack.
std::vector<std::string> our_functions(const json& stack) {
    std::vector<std::string> names;
    for (const json& frame : stack.at("frames")) {
        const std::string name = frame.at("function");
        if (name.starts_with("weft::test::")) {
            names.push_back(name.substr(12, name.find('(') - 12));
        }
    }
    return names;
}

TEST(TraceStack, OfAParkedFiberIsWhatItCalled) {
    fake_memory memory;
    const parked_context parked(memory);
    const json stack = stack_of_only_fiber();
    EXPECT_TRUE(stack.at("complete")) << stack;
    EXPECT_EQ(stack.at("how"), "unwind tables");
    const auto functions = our_functions(stack);
    ASSERT_GE(functions.size(), 3U);
    EXPECT_EQ(functions[0], "innermost_call");
    EXPECT_EQ(functions[1], "middle_call");
    EXPECT_EQ(functions[2], "outer_call");
}

TEST(TraceStack, PrintsShortNamesAndHowTheyWereFound) {
    fake_memory memory;
    const parked_context parked(memory);
    const auto result = run_tool({"stack", fake_memory::source()});
    EXPECT_THAT(result.out, HasSubstr("#1 \"parked\" parked, mutex, "));
    EXPECT_THAT(result.out, HasSubstr("\n    weft::test::middle_call"));
    EXPECT_THAT(result.out, testing::Not(HasSubstr("fcontext")));
    EXPECT_THAT(result.err, HasSubstr("1 of 1 stacks complete; the process was not stopped"));
    EXPECT_THAT(run_tool({"stack", fake_memory::source(), "--all-frames"}).out,
                HasSubstr("make_fcontext"));
}

// The loop stands on its stack: what is saved of it is of an earlier wait.
TEST(TraceStack, OfTheFiberUnderTheLoopBeginsWhereTheLoopSays) {
    fake_memory memory;
    const parked_context parked(memory);
    memory.loop().host = parked.row().id;
    memory.loop().host_frame = parked.frame();
    const json stack = stack_of_only_fiber();
    EXPECT_EQ(stack.at("how"), "frame pointers");
    EXPECT_TRUE(stack.at("complete")) << stack;
    const auto functions = our_functions(stack);
    ASSERT_GE(functions.size(), 2U);
    EXPECT_EQ(functions[0], "middle_call");
    EXPECT_EQ(functions[1], "outer_call");
}

TEST(TraceStack, OfTheFiberUnderALoopThatDoesNotSayWhereIsNotInvented) {
    fake_memory memory;
    const parked_context parked(memory);
    memory.loop().host = parked.row().id;
    const json stack = stack_of_only_fiber();
    EXPECT_TRUE(stack.at("frames").empty());
    EXPECT_THAT(stack.at("problem").get<std::string>(), HasSubstr("does not say where"));
}

TEST(TraceStack, EqualStacksAreGrouped) {
    fake_memory memory;
    const parked_context first(memory);
    const parked_context second(memory);
    const std::string out = run_tool({"stack", fake_memory::source(), "--group"}).out;
    EXPECT_THAT(out, testing::StartsWith("2 fibers, among them #1"));
    EXPECT_EQ(out.find("innermost_call"), out.rfind("innermost_call"));
}

TEST(TraceStack, RegistersThatPointNowhereAreRefused) {
    fake_memory memory;
    parked_context parked(memory);
    void* const good = std::exchange(parked.context, reinterpret_cast<void*>(8));
    EXPECT_EQ(stack_of_only_fiber().at("problem"), "its saved registers cannot be read");
    parked.context = good;
}

TEST(TraceStack, OfAnEngineWithoutKnownRegistersIsNotInvented) {
    fake_memory memory;
    const parked_context parked(memory);
    memory.header().registers = {};
    EXPECT_THAT(stack_of_only_fiber().at("problem").get<std::string>(),
                HasSubstr("another library switches"));
}

TEST(TraceStack, FiberThatDoesNotExistIsWrongUsage) {
    fake_memory memory;
    memory.add_fiber("one");
    const auto result = run_tool({"stack", fake_memory::source(), "9"});
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.err, HasSubstr("there is no fiber 9"));
}

/// Makes the row say that its fiber runs on the stack of this thread.
void run_on_this_thread(fake_memory& memory, weft::trace::fiber_row& row) {
    pthread_attr_t attributes;
    void* low = nullptr;
    std::size_t size = 0;
    ::pthread_getattr_np(::pthread_self(), &attributes);
    ::pthread_attr_getstack(&attributes, &low, &size);
    ::pthread_attr_destroy(&attributes);
    row.stack_low = reinterpret_cast<std::uintptr_t>(low);
    row.stack_size = size;
    memory.header().thread = static_cast<std::uint32_t>(::syscall(SYS_gettid));
    memory.loop().doing = weft::trace::phase::running;
    memory.loop().running = row.id;
}

void wait_until_blocked_in_read(std::uint32_t thread) {
    const std::string path = "/proc/self/task/" + std::to_string(thread) + "/syscall";
    const std::string read_call = std::to_string(SYS_read) + " ";
    while (!weft::trace_tool::read_small_file(path).value_or("").starts_with(read_call)) {
        std::this_thread::yield();
    }
}

TEST(TraceStack, OfAFiberThatBlocksTheThreadNamesTheCall) {
#if defined(__SANITIZE_ADDRESS__)
    GTEST_SKIP() << "the sanitizer's read() keeps no frame pointers";
#endif
    fake_memory memory;
    auto& row = memory.add_fiber("blocks");
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    std::atomic<bool> described = false;
    std::jthread thread([&] {
        run_on_this_thread(memory, row);
        described = true;
        described.notify_all();
        weft::test::blocking_call(pipe[0]);
    });
    described.wait(false);
    wait_until_blocked_in_read(memory.header().thread);
    const auto result = run_tool({"stack", fake_memory::source(), "--running", "--json"});
    EXPECT_THAT(our_functions(json::parse(result.out).at("stacks").at(0)),
                testing::Contains("blocking_call"));
    ::close(pipe[1]);
}

TEST(TraceStack, OfASpinningFiberSaysWhyItCannotBeHad) {
    fake_memory memory;
    auto& row = memory.add_fiber("spins");
    std::atomic<bool> described = false;
    const std::jthread thread([&](const std::stop_token& stop) {
        run_on_this_thread(memory, row);
        described = true;
        described.notify_all();
        while (!stop.stop_requested()) {
        }
    });
    described.wait(false);
    const auto result = run_tool({"stack", fake_memory::source(), "--running"});
    EXPECT_THAT(result.out, HasSubstr("no stack: it is on the processor"));
    EXPECT_THAT(result.out, HasSubstr("did not answer a signal"));
}

volatile std::sig_atomic_t other_signals = 0;

// It might be one that ends a process, and the memory, if it is a file, that of another one.
TEST(TraceStack, SendsNoSignalOfTheMemorysChoice) {
    fake_memory memory;
    auto& row = memory.add_fiber("spins");
    memory.loop().signal = SIGUSR2;
    const auto before = std::signal(SIGUSR2, [](int) { other_signals = 1; });
    std::atomic<bool> described = false;
    {
        const std::jthread thread([&](const std::stop_token& stop) {
            run_on_this_thread(memory, row);
            described = true;
            described.notify_all();
            while (!stop.stop_requested()) {
            }
        });
        described.wait(false);
        static_cast<void>(run_tool({"stack", fake_memory::source(), "--running"}));
    }
    static_cast<void>(std::signal(SIGUSR2, before));
    EXPECT_EQ(other_signals, 0);
}

}  // namespace
