// SPDX-License-Identifier: BSL-1.0

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include "support/fake_memory.hpp"
#include "support/parked_context.hpp"
#include "support/run_tool.hpp"

namespace {

using testing::HasSubstr;
using weft::test::fake_memory;
using weft::test::run_tool;
using json = nlohmann::json;

TEST(TraceDoctor, LooksAtTheMachineAlone) {
    const json checks = json::parse(run_tool({"doctor", "--json"}).out).at("checks");
    EXPECT_EQ(checks.at(0).at("subject"), "reading the memory of other processes");
    EXPECT_EQ(checks.at(1).at("subject"), "processor's time stamp counter");
}

TEST(TraceDoctor, CountsCompleteStacks) {
    fake_memory memory;
    const weft::test::parked_context parked(memory);
    memory.add_fiber("without a stack", weft::test::sleep_reason);
    const auto result = run_tool({"doctor", fake_memory::source()});
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.out, HasSubstr("limited  stacks: 1 of 2 parked fibers' stacks"));
}

TEST(TraceDoctor, TellsWhatIsLostAndWhatToDo) {
    fake_memory memory;
    memory.loop().without_row = 5;
    memory.loop().strings_lost = 3;
    const auto result = run_tool({"doctor", fake_memory::source()});
    EXPECT_THAT(result.out, HasSubstr("5 fibers found no row\n    Set trace_options::rows higher"));
    EXPECT_THAT(result.out, HasSubstr("3 strings and 0 stacks were lost"));
}

TEST(TraceDoctor, FiberThatHoldsUpTheLoopIsAFinding) {
    fake_memory memory;
    memory.loop().doing = weft::trace::phase::running;
    memory.loop().running = memory.add_fiber("greedy").id;
    EXPECT_EQ(run_tool({"doctor", fake_memory::source()}).code, 0);
    memory.loop().turned -= 5'000'000'000;
    const auto result = run_tool({"doctor", fake_memory::source()});
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.out, HasSubstr("BAD  loop: fiber #1 has kept it for 5."));
}

}  // namespace
