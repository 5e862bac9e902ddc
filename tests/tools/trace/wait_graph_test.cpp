// SPDX-License-Identifier: BSL-1.0

#include "state/wait_graph.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include "support/fake_memory.hpp"
#include "support/run_tool.hpp"

namespace {

using testing::HasSubstr;
using testing::Not;
using weft::test::fake_memory;
using weft::test::run_tool;
using json = nlohmann::json;

constexpr std::uint64_t cache_lock = 0x1000;
constexpr std::uint64_t table_lock = 0x2000;

/// Two fibers, each of which waits for the lock that the other one holds.
void plant_deadlock(fake_memory& memory) {
    memory.add_fiber("reader", weft::test::mutex_reason, table_lock);
    memory.add_fiber("writer", weft::test::mutex_reason, cache_lock);
    memory.add_lock("cache", cache_lock, 1);
    memory.add_lock("table", table_lock, 2);
}

TEST(TraceDeadlock, RingOfLocksIsFoundWithNamesAndOwners) {
    fake_memory memory;
    plant_deadlock(memory);
    const auto result = run_tool({"deadlock", fake_memory::source()});
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.out, HasSubstr("DEADLOCK of 2 fibers\n  #1 \"reader\" waits for mutex "
                                      "\"table\", which #2 \"writer\" holds"));
}

TEST(TraceDeadlock, RuntimeThatNothingCanWakeIsOne) {
    fake_memory memory;
    memory.add_fiber("waiter", weft::test::sleep_reason);
    memory.loop().doing = weft::trace::phase::waiting;
    const auto result = run_tool({"deadlock", fake_memory::source()});
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.out, HasSubstr("DEADLOCK of all 1 fibers"));
    const auto shown = json::parse(run_tool({"deadlock", fake_memory::source(), "--json"}).out);
    EXPECT_EQ(shown["stuck"][0]["fibers"], 1);
}

TEST(TraceDeadlock, RuntimeThatATimerCanWakeIsNone) {
    fake_memory memory;
    memory.add_fiber("waiter", weft::test::sleep_reason);
    memory.loop().doing = weft::trace::phase::waiting;
    memory.loop().armed = 1;
    EXPECT_EQ(run_tool({"deadlock", fake_memory::source()}).code, 0);
    memory.loop().armed = 0;
    memory.loop().doing = weft::trace::phase::running;
    EXPECT_EQ(run_tool({"deadlock", fake_memory::source()}).code, 0);
}

TEST(TraceDeadlock, ChainThatEndsInARunningFiberIsNone) {
    fake_memory memory;
    memory.add_fiber("waits", weft::test::mutex_reason, cache_lock);
    memory.add_fiber("holds");
    memory.add_lock("cache", cache_lock, 2);
    const auto result = run_tool({"deadlock", fake_memory::source()});
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.out, HasSubstr("No fibers wait"));
}

TEST(TraceDeadlock, LockOfAFiberThatHasEndedIsFound) {
    fake_memory memory;
    memory.add_fiber("waits", weft::test::mutex_reason, cache_lock);
    memory.add_lock("cache", cache_lock, 77);
    const auto result = run_tool({"deadlock", fake_memory::source()});
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.out,
                HasSubstr("LEFT LOCKED: #1 \"waits\" waits for mutex \"cache\", which #77"));
    const auto shown = json::parse(run_tool({"deadlock", fake_memory::source(), "--json"}).out);
    EXPECT_EQ(shown["leftLocked"][0]["waitsFor"], 77);
    memory.loop().without_row = 1;  // it may live, but have no row
    EXPECT_EQ(run_tool({"deadlock", fake_memory::source()}).code, 0);
}

TEST(TraceDeadlock, LockOfAFiberOfWhichOnlyTheHandleIsLeftIsFound) {
    fake_memory memory;
    memory.add_fiber("waits", weft::test::mutex_reason, cache_lock);
    memory.add_fiber("held").state = weft::trace::row_state::finished;
    memory.add_lock("cache", cache_lock, 2);
    EXPECT_EQ(run_tool({"deadlock", fake_memory::source()}).code, 1);
}

TEST(TraceDeadlock, RingThroughAJoinIsFound) {
    fake_memory memory;
    memory.add_fiber("parent", weft::test::join_reason).blocked_on = 2;
    memory.add_fiber("child", weft::test::mutex_reason, cache_lock);
    memory.add_lock("", cache_lock, 1);
    const auto result = run_tool({"deadlock", fake_memory::source(), "--json"});
    EXPECT_EQ(result.code, 1);
    const json edges = json::parse(result.out).at("deadlocks").at(0);
    EXPECT_EQ(edges.at(0).at("waitsFor"), 2);
    EXPECT_EQ(edges.at(1).at("lock"), cache_lock);
}

// What a fiber once joined stays in its row.
TEST(TraceDeadlock, OldJoinOfAFiberThatSleepsIsNoWait) {
    fake_memory memory;
    memory.add_fiber("once joined", weft::test::sleep_reason).blocked_on = 1;
    EXPECT_EQ(run_tool({"deadlock", fake_memory::source()}).code, 0);
}

TEST(TraceDeadlock, OwnerOfALockWithoutWaitersIsNotBelieved) {
    fake_memory memory;
    plant_deadlock(memory);
    memory.add_lock("more", 0x3000, 1).waiters = 0;
    memory.add_fiber("late", weft::test::mutex_reason, 0x3000);
    const weft::trace_tool::mapped_memory mapped(memory.fd());
    const std::vector states{weft::trace_tool::read_state(mapped, true)};
    const weft::trace_tool::wait_graph graph(states);
    EXPECT_EQ(graph.edge_of(3), nullptr);
    EXPECT_TRUE(graph.in_cycle(1));
}

TEST(TraceDeadlock, RingWhoseFiberMovedBetweenTwoReadingsIsNone) {
    fake_memory memory;
    plant_deadlock(memory);
    const weft::trace_tool::mapped_memory mapped(memory.fd());
    const std::vector before{weft::trace_tool::read_state(mapped, true)};
    memory.row(0).version += 2;
    const std::vector after{weft::trace_tool::read_state(mapped, true)};
    const weft::trace_tool::wait_graph graph(before);
    ASSERT_EQ(graph.cycles().size(), 1U);
    EXPECT_TRUE(confirmed_cycles(graph, before, after).empty());
    EXPECT_EQ(confirmed_cycles(graph, before, before).size(), 1U);
}

TEST(TraceLocks, ShowsOwnerItsStateAndTheWaiters) {
    fake_memory memory;
    plant_deadlock(memory);
    const auto locks = json::parse(run_tool({"locks", fake_memory::source(), "--json"}).out);
    const json& cache = locks.at("locks").at(0);
    EXPECT_EQ(cache.at("name"), "cache");
    EXPECT_EQ(cache.at("owner"), 1);
    EXPECT_EQ(cache.at("ownerState"), "parked, mutex");
    EXPECT_EQ(cache.at("waiters"), json::array({2}));
}

TEST(TraceLocks, PrintsALineForEachLock) {
    fake_memory memory;
    plant_deadlock(memory);
    const std::string out = run_tool({"locks", fake_memory::source()}).out;
    EXPECT_THAT(out, HasSubstr("mutex \"cache\"  #1 \"reader\"  parked, mutex"));
}

TEST(TraceTree, ShowsChildrenBelowTheirParentsAndMarksRings) {
    fake_memory memory;
    plant_deadlock(memory);
    memory.row(1).parent = 1;
    const std::string out = run_tool({"tree", fake_memory::source()}).out;
    EXPECT_THAT(out, testing::StartsWith("#1 \"reader\" parked, mutex, mutex \"table\" of #2"));
    EXPECT_THAT(out, HasSubstr("\n  #2 \"writer\" parked"));
    EXPECT_THAT(out, HasSubstr("-> #1 \"reader\"  ** in a ring of waits"));
}

TEST(TraceTree, EndsWhateverTheParentsAre) {
    fake_memory memory;
    memory.add_fiber("itself").parent = 1;
    memory.add_fiber("younger").parent = 3;
    memory.add_fiber("older").parent = 2;
    const auto result = run_tool({"tree", fake_memory::source()});
    EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 3);
    EXPECT_THAT(result.out, Not(HasSubstr("**")));
}

TEST(TraceTree, JsonNamesTheChildren) {
    fake_memory memory;
    memory.add_fiber("parent");
    memory.add_fiber("child").parent = 1;
    const auto tree = json::parse(run_tool({"tree", fake_memory::source(), "--json"}).out);
    EXPECT_EQ(tree.at("fibers").at(0).at("children"), json::array({2}));
}

}  // namespace
