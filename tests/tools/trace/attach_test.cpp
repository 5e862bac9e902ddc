// SPDX-License-Identifier: BSL-1.0

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <iostream>

#include "support/fake_memory.hpp"
#include "support/forked.hpp"
#include "support/run_tool.hpp"

namespace {

using testing::AllOf;
using testing::HasSubstr;
using weft::test::fake_memory;
using weft::test::forked;
using weft::test::run_tool;

TEST(TraceAttach, UnknownProcessIsNamed) {
    const auto result = run_tool({"ps", "999999999"});
    EXPECT_EQ(result.code, 3);
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, HasSubstr("there is no process 999999999"));
}

TEST(TraceAttach, UnknownProgramIsNamed) {
    const auto result = run_tool({"ps", "no-such-program"});
    EXPECT_EQ(result.code, 3);
    EXPECT_THAT(result.err, HasSubstr("no process named no-such-program"));
}

TEST(TraceAttach, ProcessWithoutWeftSaysSo) {
    const forked other([] { ::pause(); });
    const auto result = run_tool({"ps", std::to_string(other.pid())});
    EXPECT_EQ(result.code, 3);
    EXPECT_THAT(result.err, HasSubstr("process " + std::to_string(other.pid()) + " shows no"));
    EXPECT_THAT(result.err, HasSubstr("not built with weft"));
}

// A child has its parent's descriptors; the fibers in that memory are not the child's.
TEST(TraceAttach, MemoryThatAChildInheritedIsNotTheChilds) {
    fake_memory memory;
    memory.add_fiber("of the parent");
    const forked child([] { ::pause(); });
    EXPECT_EQ(run_tool({"ps", std::to_string(child.pid())}).code, 3);
    EXPECT_EQ(run_tool({"ps", fake_memory::source()}).code, 0);
}

TEST(TraceAttach, MemoryOfAFormerProcessWithThisIdIsNotTaken) {
    fake_memory memory;
    memory.header().process_started += 1;
    EXPECT_EQ(run_tool({"ps", fake_memory::source()}).code, 3);
}

TEST(TraceAttach, RuntimeThatHasEndedIsRefused) {
    fake_memory memory;
    memory.loop().doing = weft::trace::phase::ended;
    const auto result = run_tool({"ps", fake_memory::source()});
    EXPECT_EQ(result.code, 3);
    EXPECT_THAT(result.err, HasSubstr("its runtime has ended"));
}

TEST(TraceAttach, OtherVersionIsRefusedWithBothVersions) {
    fake_memory memory;
    memory.header().version = 7;
    const auto result = run_tool({"ps", fake_memory::source()});
    EXPECT_EQ(result.code, 3);
    EXPECT_THAT(result.err, AllOf(HasSubstr("version 7"), HasSubstr("understands 1")));
}

// As root everything may be looked at, so the child becomes nobody; process 1 is root's.
TEST(TraceAttach, ProcessOfAnotherUserIsRefusedWithTheOwnerAndARemedy) {
    const forked child([] {
        constexpr uid_t nobody = 65534;
        (void)!::setresuid(nobody, nobody, nobody);
        const auto result = run_tool({"ps", "1"});
        const bool told = result.err.find("belongs to user root") != std::string::npos &&
                          result.err.find("Run weft-trace as that user") != std::string::npos;
        std::cerr << result.err;
        ::_exit(told ? result.code : 100);
    });
    EXPECT_EQ(child.exit_code(), 3);
}

TEST(TraceAttach, AllRuntimesOfAProcessAreShown) {
    const fake_memory first;
    const fake_memory second;
    first.row(0).state = weft::trace::row_state::ready;
    EXPECT_THAT(run_tool({"ps"}).out, HasSubstr(fake_memory::source() + "  fake "));
    EXPECT_THAT(run_tool({"ps", "--json"}).out, HasSubstr("\"runtimes\":2"));
}

TEST(TraceAttach, FileThatOutlivedItsProcessIsShown) {
    fake_memory memory;
    memory.add_fiber("last words");
    memory.header().process_started += 1;
    const std::string path = testing::TempDir() + "weft_trace_memory";
    std::ofstream(path).write(reinterpret_cast<const char*>(memory.begin()),
                              static_cast<std::streamsize>(memory.size()));
    const auto result = run_tool({"ps", path});
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.out, HasSubstr("last words"));
    ::unlink(path.c_str());
}

TEST(TraceAttach, FileOfAnotherKindIsRefused) {
    const auto result = run_tool({"ps", "/proc/self/exe"});
    EXPECT_EQ(result.code, 3);
    EXPECT_THAT(result.err, HasSubstr("does not begin as"));
    EXPECT_EQ(run_tool({"ps", "/no/such/file"}).code, 3);
}

}  // namespace
