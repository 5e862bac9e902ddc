// SPDX-License-Identifier: BSL-1.0

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>

#include <nlohmann/json.hpp>
#include "support/fake_memory.hpp"
#include "support/run_tool.hpp"

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using weft::test::fake_memory;
using weft::test::run_tool;
using json = nlohmann::json;

/// The fibers that `ps --json` with these options shows.
json fibers_of(std::vector<std::string> options) {
    options.insert(options.begin(), {"ps", fake_memory::source(), "--json"});
    const auto result = run_tool(options);
    EXPECT_EQ(result.code, 0) << result.err;
    return json::parse(result.out).at("fibers");
}

std::vector<std::string> names_of(std::vector<std::string> options) {
    std::vector<std::string> names;
    for (const json& fiber : fibers_of(std::move(options))) {
        names.push_back(fiber.at("name"));
    }
    return names;
}

TEST(TracePs, ShowsWhatEachFiberDoes) {
    fake_memory memory;
    memory.add_fiber("worker", weft::test::sleep_reason).parent = 7;
    memory.loop().doing = weft::trace::phase::running;
    memory.loop().running = memory.add_fiber("busy").id;
    const json fibers = fibers_of({});
    ASSERT_EQ(fibers.size(), 2U);
    EXPECT_EQ(fibers[0].at("state"), "parked");
    EXPECT_EQ(fibers[0].at("reason"), "sleep");
    EXPECT_EQ(fibers[0].at("parent"), 7);
    EXPECT_EQ(fibers[0].at("spawnFile"), "/src/server.cpp");
    EXPECT_EQ(fibers[0].at("spawnFunction"), "void serve()");
    EXPECT_EQ(fibers[1].at("state"), "running");
}

TEST(TracePs, PrintsALineForEachFiber) {
    fake_memory memory;
    memory.add_fiber("worker", weft::test::sleep_reason);
    const std::string out = run_tool({"ps", fake_memory::source()}).out;
    EXPECT_THAT(out, testing::MatchesRegex("ID  NAME +STATE +REASON +OBJECT +SINCE +PARENT +SPAWNED"
                                           "-AT\n 1  worker +parked +sleep +- +[0-9.]+ [a-z]+ +0 +"
                                           "server.cpp:41\n"));
}

TEST(TracePs, ShowsWhatWasUsedIfItIsAskedFor) {
    constexpr std::size_t size = 8 * 4096;
    void* const stack =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(stack, MAP_FAILED);
    static_cast<volatile char*>(stack)[5 * 4096 + 7] = 1;
    fake_memory memory;
    auto& row = memory.add_fiber("worker", weft::test::sleep_reason);
    row.stack_low = reinterpret_cast<std::uintptr_t>(stack);
    row.stack_size = size;
    row.known |= weft::trace::row_ticks;  // of a clock that counts nanoseconds
    row.run_ticks = 4'500'000;
    row.longest_run = 1'200;
    row.waits = 31;
    const json fiber = fibers_of({"--use"})[0];
    EXPECT_EQ(fiber.at("stackSize"), size);
    EXPECT_EQ(fiber.at("stackTouched"), 3 * 4096);
    EXPECT_EQ(fiber.at("ranNs"), 4'500'000);
    EXPECT_EQ(fiber.at("longestRunNs"), 1'200);
    EXPECT_THAT(run_tool({"ps", fake_memory::source(), "--use"}).out,
                HasSubstr("4.50 ms       1.2 us     31  12 of 32 KiB"));
    EXPECT_FALSE(fibers_of({})[0].contains("stackSize"));
    ::munmap(stack, size);
}

// A row may say anything.
TEST(TracePs, LooksAtNoStackThatCannotBe) {
    fake_memory memory;
    for (const std::uint64_t size : {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{1} << 55}) {
        auto& row = memory.add_fiber("hostile", weft::test::sleep_reason);
        row.stack_low = 4096;
        row.stack_size = size;
    }
    for (const json& fiber : fibers_of({"--use"})) {
        EXPECT_TRUE(fiber.at("stackTouched").is_null());
        EXPECT_TRUE(fiber.at("ranNs").is_null());
    }
}

TEST(TracePs, NamesALockAndItsOwner) {
    fake_memory memory;
    memory.add_fiber("waits", weft::test::mutex_reason, 0xABC0);
    memory.add_lock("cache", 0xABC0, 77);
    EXPECT_EQ(fibers_of({})[0].at("object"), "mutex \"cache\" of #77");
}

TEST(TracePs, NamesADescriptorByWhatItIs) {
    fake_memory memory;
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    memory.add_fiber("reads", weft::test::reading_reason, static_cast<std::uint64_t>(ends[0]));
    EXPECT_THAT(fibers_of({})[0].at("object").get<std::string>(),
                testing::StartsWith("fd " + std::to_string(ends[0]) + " pipe:["));
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST(TracePs, ThreadThatCalledRunIsNoFiber) {
    fake_memory memory;
    memory.add_fiber("root").kind = weft::trace::fiber_kind::root;
    EXPECT_TRUE(fibers_of({}).empty());
}

TEST(TracePs, FiltersByStateNameAndReason) {
    fake_memory memory;
    memory.add_fiber("a sleeper", weft::test::sleep_reason);
    memory.add_fiber("a waiter", weft::test::mutex_reason);
    memory.add_fiber("b ready");
    EXPECT_THAT(names_of({"--state=parked"}), ElementsAre("a sleeper", "a waiter"));
    EXPECT_THAT(names_of({"--wait=mut"}), ElementsAre("a waiter"));
    EXPECT_THAT(names_of({"--name=b"}), ElementsAre("b ready"));
    EXPECT_TRUE(names_of({"--name=b", "--state=parked"}).empty());
}

TEST(TracePs, SortsByEachKey) {
    fake_memory memory;
    auto& b = memory.add_fiber("b");
    auto& a = memory.add_fiber("a");
    b.waits = 5;
    a.since = 0;
    EXPECT_THAT(names_of({}), ElementsAre("b", "a"));
    EXPECT_THAT(names_of({"--sort=name"}), ElementsAre("a", "b"));
    EXPECT_THAT(names_of({"--sort=since"}), ElementsAre("a", "b"));
    EXPECT_THAT(names_of({"--sort=waits"}), ElementsAre("b", "a"));
}

TEST(TracePs, UnknownSortKeyOrStateIsWrongUsage) {
    const auto result = run_tool({"ps", fake_memory::source(), "--sort=colour"});
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.err, HasSubstr("colour"));
    EXPECT_EQ(run_tool({"ps", "--state=asleep"}).code, 2);
}

TEST(TracePs, GroupsFibersThatAreAlike) {
    fake_memory memory;
    memory.add_fiber("single", weft::test::mutex_reason);
    memory.add_fiber("worker", weft::test::sleep_reason);
    memory.add_fiber("worker", weft::test::sleep_reason);
    const std::string out = run_tool({"ps", fake_memory::source(), "--group"}).out;
    EXPECT_THAT(out, HasSubstr("\n    2  worker  parked  sleep"));
    EXPECT_THAT(out, HasSubstr("\n    1  single  parked  mutex"));
}

TEST(TracePs, SaysHowManyFibersHaveNoRow) {
    fake_memory memory;
    memory.add_fiber("one");
    memory.loop().live = 4;
    const auto result = run_tool({"ps", fake_memory::source()});
    EXPECT_THAT(result.err, HasSubstr("3 fibers have no row"));
}

TEST(TracePs, NamesCannotControlTheTerminal) {
    fake_memory memory;
    memory.add_fiber("\x1b[2Jgone\xff");
    EXPECT_THAT(run_tool({"ps", fake_memory::source()}).out, Not(HasSubstr("\x1b")));
    EXPECT_THAT(names_of({}), ElementsAre("\x1b[2Jgone\xEF\xBF\xBD"));
}

}  // namespace
