// SPDX-License-Identifier: BSL-1.0
//
// What commands about the state of fibers say of a recording: that of its end.
#include "process/recorded_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/recorded_story.hpp"
#include "support/run_tool.hpp"

namespace weft::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr std::uint64_t journal = 0x1000;
constexpr std::uint64_t accounts = 0x2000;

trace::fiber_row waits_for_lock(std::uint64_t id, std::uint64_t lock) {
    trace::fiber_row row{};
    row.id = id;
    row.state = trace::row_state::parked;
    row.reason = locking;
    row.object = lock;
    row.waits = 7;
    row.since = 100'000;
    row.spawn_file = 0x500;
    row.spawn_line = 12;
    row.wait_stack = 1;
    return row;
}

trace::object_row held_lock(std::uint64_t address, std::uint64_t owner, std::uint32_t name) {
    trace::object_row row{};
    row.kind = trace::object_kind::lock;
    row.reason = locking;
    row.address = address;
    row.owner = owner;
    row.waiters = row.contended = 1;
    row.name = name;
    return row;
}

/// Two fibers that wait for one another, at the begin and at the end.
recorded_story ring() {
    recorded_story story;
    story.told().constants = {{0x500, "bank.cpp"}};
    story.told().stacks = {{1, {{0x4000, 0x5000}, false}}};
    story.told().rows = story.last_rows = {waits_for_lock(4, journal), waits_for_lock(5, accounts)};
    story.last_objects = {held_lock(journal, 5, story.text("journal")),
                          held_lock(accounts, 4, story.text("accounts"))};
    return story;
}

tool_result tool_says(const std::string& command, recorded_story story,
                      const std::vector<std::string>& options = {"--json"}) {
    const temporary_file file;
    story.write(file, 1000);
    std::vector<std::string> arguments{command, file.path()};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return run_tool(arguments);
}

TEST(RecordedState, HasTheFibersOfTheEnd) {
    auto story = ring();
    story.last_rows.pop_back();
    const auto result = tool_says("ps", story);
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.err, HasSubstr("as it was at the end of the recording"));
    const auto shown = json::parse(result.out);
    EXPECT_EQ(shown["program"], "story");
    ASSERT_EQ(shown["fibers"].size(), 1U);
    const auto& fiber = shown["fibers"][0];
    EXPECT_EQ(fiber["id"], 4);
    EXPECT_EQ(fiber["state"], "parked");
    EXPECT_EQ(fiber["reason"], "mutex");
    EXPECT_EQ(fiber["object"], "mutex \"journal\" of #5");
    EXPECT_EQ(fiber["spawnFile"], "bank.cpp");
    EXPECT_EQ(fiber["inStateNs"], 900'000);  // until the end, not until now
}

TEST(RecordedState, HasTheLocksAndTheTree) {
    const auto locks = json::parse(tool_says("locks", ring()).out)["locks"];
    ASSERT_EQ(locks.size(), 2U);
    EXPECT_EQ(locks[0]["name"], "journal");
    EXPECT_EQ(locks[0]["owner"], 5);
    EXPECT_EQ(locks[0]["waiters"], json({4}));
    EXPECT_THAT(tool_says("tree", ring(), {}).out, HasSubstr("** in a ring of waits"));
}

TEST(RecordedState, ARingIsADeadlockIfNobodyMovedBeforeTheEnd) {
    const auto result = tool_says("deadlock", ring(), {});
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.out, HasSubstr("#4 waits for mutex \"journal\", which #5 holds"));
    auto moved = ring();
    moved.told().rows[1].waits = 6;
    EXPECT_EQ(tool_says("deadlock", moved, {}).code, 0);
    auto came = ring();
    came.told().rows.pop_back();
    EXPECT_EQ(tool_says("deadlock", came, {}).code, 0);
}

TEST(RecordedState, HasTheStacksOfWaits) {
    const auto stacks = json::parse(tool_says("stack", ring()).out)["stacks"];
    ASSERT_EQ(stacks.size(), 2U);
    EXPECT_EQ(stacks[0]["complete"], true);
    EXPECT_EQ(stacks[0]["frames"].size(), 2U);
    auto without = ring();
    without.last_rows[0].wait_stack = 0;
    const auto left = json::parse(tool_says("stack", without).out)["stacks"];
    EXPECT_EQ(left[0]["frames"].size(), 0U);
    EXPECT_EQ(left[0]["complete"], false);
    EXPECT_THAT(left[0]["problem"].get<std::string>(), HasSubstr("record with --stacks"));
    auto empty = ring();
    empty.told().stacks[1].frames.clear();
    EXPECT_EQ(tool_says("stack", empty).code, 0);
    EXPECT_EQ(tool_says("ps", empty, {"--where"}).code, 0);
}

TEST(RecordedState, IsThatOfTheLastWholeChunkOfOneThatWasCutOff) {
    auto story = ring();
    story.last_rows.pop_back();
    const temporary_file file;
    story.write(file, 1000);
    std::filesystem::resize_file(file.path(), std::filesystem::file_size(file.path()) - 1);
    const auto result = run_tool({"ps", file.path()});
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.err, HasSubstr("cut off"));
    EXPECT_THAT(result.out, HasSubstr("bank.cpp:12"));
    std::filesystem::resize_file(file.path(), 100);
    EXPECT_EQ(run_tool({"ps", file.path()}).code, 3);
}

TEST(RecordedState, IsRefusedByCommandsThatNeedAProgram) {
    for (const auto* command : {"doctor", "top", "snapshot"}) {
        const temporary_file file;
        const temporary_file other(".other.ftr");
        ring().write(file, 1000);
        std::vector<std::string> arguments{command, file.path()};
        if (command == std::string("snapshot")) {
            arguments.insert(arguments.end(), {"-o", other.path()});
        }
        const auto result = run_tool(arguments);
        EXPECT_EQ(result.code, 3) << command;
        EXPECT_THAT(result.err, HasSubstr("It is a recording")) << command;
    }
}

}  // namespace
}  // namespace weft::test
