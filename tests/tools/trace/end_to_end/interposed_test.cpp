// SPDX-License-Identifier: BSL-1.0
//
// The tool on a program that knows nothing of weft.

#include <gmock/gmock.h>

#include <cstdio>
#include <string>

#include "trace/support/planted.hpp"

namespace weft::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

/// Threads of an unmodified program are fibers, by interposition.
TEST(TraceInterposed, ThreadsThatWaitForALockAreShownWithTheirStacks) {
    watched_program program({WEFT_RUN, "--threads-as-fibers", WEFT_PLAIN_THREADS});
    json fibers;
    program.program().wait_until("waits", [&] {
        fibers = program.ask("ps", "fibers", {"--state=parked"});
        return fibers.size() >= 3;
    });
    std::string stacks;
    for (const json& stack : program.ask("stack", "stacks")) {
        for (const auto& name : functions_of(stack, "")) {
            stacks += name + "\n";
        }
    }
    EXPECT_THAT(stacks, AllOf(HasSubstr("hold_the_lock\n"), HasSubstr("want_the_lock\n")));
    EXPECT_EQ(run_tool({"tree", program.source()}).code, 0);
    const std::string file = testing::TempDir() + "interposed.ftr";
    EXPECT_EQ(run_tool({"record", program.source(), "-o", file, "--for", "0.1"}).code, 0);
    const json report = json::parse(run_tool({"report", file, "--json"}).out);
    EXPECT_GE(report.at("fibers").size(), 3U);
    std::remove(file.c_str());
}

}  // namespace
}  // namespace weft::test
