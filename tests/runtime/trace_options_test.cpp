// SPDX-License-Identifier: BSL-1.0
#include <weft/trace_options.hpp>

#include <weft/error.hpp>
#include <weft/task.hpp>

#include "support/runtime_test.hpp"
#include "traced_runtime.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace weft {
namespace {

using TraceOptions = test::runtime_test;
using detail::with_environment;

/// Sets WEFT_TRACE while it lives.
class environment {
public:
    explicit environment(const char* value) { ::setenv("WEFT_TRACE", value, 1); }
    environment(const environment&) = delete;
    environment& operator=(const environment&) = delete;
    ~environment() { ::unsetenv("WEFT_TRACE"); }
};

TEST_F(TraceOptions, TheEnvironmentHasTheLastWord) {
    const environment said("events:sched+io,file:/tmp/somewhere");
    const auto chosen = with_environment({.events = trace::user_events, .file = "elsewhere"});
    EXPECT_TRUE(chosen.enabled);
    EXPECT_EQ(chosen.events, trace::sched_events | trace::io_events);
    EXPECT_EQ(chosen.file, "/tmp/somewhere");
}

TEST_F(TraceOptions, TheLimitOfAStallCanBeChosen) {
    {
        const environment said("stall");
        EXPECT_EQ(with_environment({}).stall_limit, std::chrono::milliseconds(25));
    }
    {
        const environment said("stall:70,events:sched");
        EXPECT_EQ(with_environment({}).stall_limit, std::chrono::milliseconds(70));
    }
    const environment said("stall:3600001");
    EXPECT_THROW(run([] {}), usage_error);
}

TEST_F(TraceOptions, AnUnknownWordIsNamed) {
    for (const char* wrong :
         {"on", "events:", "events:sched+what", "file:", "off,,", "stall:", "stall:5s"}) {
        const environment said(wrong);
        EXPECT_THROW(static_cast<void>(with_environment({})), usage_error) << wrong;
    }
    const environment said("events:sched+what");
    try {
        run([] {});
        ADD_FAILURE() << "the runtime started";
    } catch (const usage_error& error) {
        EXPECT_EQ(std::string(error.what()).find("WEFT_TRACE: what: known are"), 0U);
    }
}

TEST_F(TraceOptions, OffTurnsEvenTheTableOff) {
    const environment said("off");
    run([] {
        auto& memory = test::trace_memory_here();
        EXPECT_FALSE(memory.shared());
        EXPECT_EQ(memory.rows().size(), 0U);
        auto other = spawn([] { this_fiber::yield(); });
        memory.control().mask = trace::all_events;
        other.get();
        EXPECT_EQ(memory.loop().head, 0U);
    });
}

TEST_F(TraceOptions, ValuesOutOfRangeAreRefused) {
    for (const trace_options& wrong :
         {trace_options{.rows = 0}, trace_options{.rows = 16'777'217},
          trace_options{.ring_size = 2048}, trace_options{.ring_size = 5000}}) {
        options.trace = wrong;
        EXPECT_THROW(run([] {}), usage_error);
    }
}

TEST_F(TraceOptions, AFileOutlivesTheRuntime) {
    const auto path = (std::filesystem::temp_directory_path() /
                       ("weft_trace_options_" + std::to_string(::getpid())))
                          .string();
    options.trace = {.file = path};
    run([] { spawn([] {}).get(); });
    trace::header header{};
    std::ifstream(path, std::ios::binary).read(reinterpret_cast<char*>(&header), sizeof header);
    EXPECT_EQ(header.magic, trace::magic);
    EXPECT_EQ(std::filesystem::file_size(path), header.whole);
    std::filesystem::remove(path);
}

TEST_F(TraceOptions, AFileThatCannotBeMadeIsNamed) {
    try {
        options.trace = {.file = "/nowhere/at/all"};
        run([] {});
        ADD_FAILURE() << "the runtime started";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code().value(), ENOENT);
        EXPECT_NE(std::string(error.what()).find("/nowhere/at/all"), std::string::npos);
    }
}

TEST_F(TraceOptions, EventsCanBeRecordedFromTheStart) {
    options.trace = {.events = trace::sched_events};
    run([] {
        spawn([] {}).get();
        EXPECT_GT(test::trace_memory_here().loop().head, 0U);
    });
}

}  // namespace
}  // namespace weft
