// SPDX-License-Identifier: BSL-1.0

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <random>
#include <string>

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

TEST(TraceDoctor, LooksAtTheFileOfAProgram) {
    const auto result = run_tool({"doctor", "/proc/self/exe", "--json"});
    std::map<std::string, json> found;
    const json checks = json::parse(result.out).at("checks");
    for (const json& each : checks) {
        found[each.at("subject")] = each;
    }
    EXPECT_EQ(found.at("weft").at("state"), "ok");
    EXPECT_EQ(found.at("names of functions").at("state"), "ok");
    EXPECT_EQ(found.at("unwind tables").at("state"), "ok");
    const std::string pointers = found.at("frame pointers").at("found");
    EXPECT_THAT(pointers, HasSubstr(" % of its functions keep one"));
    EXPECT_FALSE(pointers.starts_with("0 %"));
}

TEST(TraceDoctor, SaysThatAProgramIsStrippedAndNotOnWeft) {
    const auto result = run_tool({"doctor", "/bin/sh"});
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.out, HasSubstr("BAD  weft: is not in it"));
    EXPECT_THAT(result.out, HasSubstr("limited  names of functions: it is stripped"));
    EXPECT_THAT(result.out, HasSubstr("frame pointers: not known"));
}

// Whatever a file says, nothing is read beyond its end.
TEST(TraceDoctor, SurvivesAFileThatIsCutOffOrDamaged) {
    std::ifstream whole("/bin/sh", std::ios::binary);
    std::string bytes(20'000, '\0');
    whole.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    const std::string path = testing::TempDir() + "weft_trace_cut_off";
    std::minstd_rand random(7);
    for (std::size_t size = 4; size <= bytes.size(); size += 1 + size / 8) {
        auto cut = bytes.substr(0, size);
        if (size > 64) {
            cut[4 + random() % 60] = static_cast<char>(random());  // in the header
        }
        std::ofstream(path, std::ios::binary | std::ios::trunc) << cut;
        const auto code = run_tool({"doctor", path}).code;
        EXPECT_TRUE(code == 1 || code == 3) << size;
    }
    ::unlink(path.c_str());
}

}  // namespace
