// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/simulate.hpp>

#include <weft/clock.hpp>
#include <weft/event.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace weft::testing {

namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// Three fibers that each say something: the order is the scheduler's choice.
void three_voices(simulation& world) {
    std::vector<task<void>> voices;
    for (const char* name : {"a", "b", "c"}) {
        voices.push_back(spawn([&world, name] { world.note(name); }));
    }
    for (auto& each : voices) {
        each.join();
    }
}

}  // namespace

TEST(Simulate, RepeatsARunByteForByte) {
    const auto first = simulate(7, three_voices);
    const auto again = simulate(7, three_voices);
    EXPECT_FALSE(first.failed()) << first.failure;
    EXPECT_EQ(first.trace(), again.trace());
    EXPECT_THAT(first.trace(), HasSubstr("notes"));
}

TEST(Simulate, DrawsEveryOrderOfReadyFibers) {
    std::set<std::string> orders;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        std::string order;
        const auto found = simulate(seed, [&](simulation&) {
            std::vector<task<void>> voices;
            for (const char* name : {"a", "b", "c"}) {
                voices.push_back(spawn([&order, name] { order += name; }));
            }
            for (auto& each : voices) {
                each.join();
            }
        });
        EXPECT_FALSE(found.failed()) << found.failure;
        orders.insert(order);
    }
    EXPECT_EQ(orders.size(), 6U);
}

TEST(Simulate, TakesNoTimeForVirtualTime) {
    const auto found = simulate(1, [](simulation&) { this_fiber::sleep_for(59min); });
    EXPECT_FALSE(found.failed()) << found.failure;
    EXPECT_EQ(found.took, 59min);
}

TEST(Simulate, DrawsNumbersFromTheSeed) {
    const auto drawn = [](std::uint64_t seed) {
        std::uint64_t number = 0;
        const auto run =
            simulate(seed, [&](simulation& world) { number = world.between(0, ~0ULL - 1); });
        EXPECT_FALSE(run.failed());
        return number;
    };
    EXPECT_EQ(drawn(3), drawn(3));
    EXPECT_NE(drawn(3), drawn(4));
}

TEST(Simulate, FailsWithWhatTheBodyThrows) {
    const auto found = simulate(1, [](simulation&) { throw std::runtime_error("out of tea"); });
    EXPECT_THAT(found.failure, HasSubstr("out of tea"));
}

TEST(Simulate, FailsWithWhatIsRequiredAndDoesNotHold) {
    const auto found = simulate(1, [](simulation& world) {
        world.require(true, "this holds");
        world.require(false, "one cup each");
    });
    EXPECT_THAT(found.failure, HasSubstr("one cup each"));
}

TEST(Simulate, FailsWithAssertionsOfGoogleTest) {
    const auto found = simulate(1, [](simulation&) { EXPECT_EQ(1 + 1, 3) << "arithmetic"; });
    EXPECT_THAT(found.failure, HasSubstr("arithmetic"));
}

TEST(Simulate, FailsWithTheFibersOfABodyThatWaitsForEver) {
    const auto found = simulate(1, [](simulation&) {
        event never_set;
        auto waiter = spawn([&] { never_set.wait(); }, {.name = "waiter"});
        waiter.join();
    });
    EXPECT_THAT(found.failure, HasSubstr("\"waiter\" waits for event"));
}

TEST(Simulate, FailsWithReportsOfTheRuntime) {
    const auto found = simulate(1, [](simulation&) {
        spawn([] { throw std::runtime_error("dropped"); }).detach();
        this_fiber::sleep_for(1s);
    });
    EXPECT_THAT(found.failure, HasSubstr("dropped"));
}

TEST(Simulate, FailsWithFibersLeftBehind) {
    const auto leave = [](simulation&) {
        spawn([] { this_fiber::sleep_for(24h); }, {.name = "forgotten"}).detach();
    };
    EXPECT_THAT(simulate(1, leave).failure, HasSubstr("forgotten"));
    EXPECT_FALSE(simulate(1, leave, {.may_leave_fibers = true}).failed());
}

TEST(Simulate, RefusesToRunInsideARuntime) {
    run([] { EXPECT_THROW((void)simulate(1, [](simulation&) {}), usage_error); });
}

TEST(Simulate, LeavesNothingBehindOnTheThread) {
    EXPECT_FALSE(simulate(1, [](simulation&) {}).failed());
    run([] { EXPECT_GT(clock::now().time_since_epoch().count(), 0); });
}

TEST(Simulate, FindsTheFirstSeedThatFails) {
    const auto unlucky = [](simulation& world) { world.require(world.seed() != 5, "five"); };
    const auto found = find_failing_seed(10, unlucky);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->seed, 5U);
    EXPECT_FALSE(find_failing_seed(4, unlucky).has_value());
}

TEST(SimulateMany, SaysHowToReplayTheSeedThatFails) {
    static const auto unlucky = [](simulation& world) {
        world.note("before five");
        world.require(world.seed() != 5, "five");
    };
    ::testing::TestPartResultArray failed;
    {
        const ::testing::ScopedFakeTestPartResultReporter watching(
            ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &failed);
        simulate_many(10, unlucky);
    }
    ASSERT_EQ(failed.size(), 1);
    const std::string message = failed.GetTestPartResult(0).message();
    EXPECT_THAT(message, HasSubstr("seed 5 fails"));
    EXPECT_THAT(message, HasSubstr("WEFT_SIMULATE_SEED=5 "));
    EXPECT_THAT(message, HasSubstr("--gtest_filter=SimulateMany.SaysHowToReplayTheSeedThatFails"));
    EXPECT_THAT(message, HasSubstr("before five"));
    const std::string_view label = "recorded for weft-trace: ";
    const auto from = message.find(label) + label.size();
    const auto file = message.substr(from, message.find('\n', from) - from);
    EXPECT_TRUE(std::filesystem::remove(file)) << file;
}

TEST(SimulateMany, RunsTheSeedOfTheEnvironmentAlone) {
    ::setenv("WEFT_SIMULATE_SEED", "4711", 1);
    std::vector<std::uint64_t> seeds;
    simulate_many(10, [&](simulation& world) { seeds.push_back(world.seed()); });
    ::setenv("WEFT_SIMULATE_SEED", "many", 1);
    EXPECT_THROW(simulate_many(10, [](simulation&) {}), usage_error);
    ::unsetenv("WEFT_SIMULATE_SEED");
    EXPECT_EQ(seeds, std::vector<std::uint64_t>{4711});
}

TEST(SimulateMany, RunsEverySeedOfTheCountOrOfTheEnvironments) {
    const char* before = std::getenv("WEFT_SIMULATE_COUNT");
    const std::string kept = before != nullptr ? before : "";
    std::vector<std::uint64_t> seeds;
    const auto keep = [&](simulation& world) { seeds.push_back(world.seed()); };
    ::setenv("WEFT_SIMULATE_COUNT", "", 1);  // as if there were none
    simulate_many(3, keep);
    EXPECT_EQ(seeds, (std::vector<std::uint64_t>{1, 2, 3}));
    ::setenv("WEFT_SIMULATE_COUNT", "5", 1);
    seeds.clear();
    simulate_many(3, keep);
    ::setenv("WEFT_SIMULATE_COUNT", kept.c_str(), 1);
    EXPECT_EQ(seeds.size(), 5U);
}

}  // namespace weft::testing
