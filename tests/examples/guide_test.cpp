// SPDX-License-Identifier: BSL-1.0
//
// Runs the guide's programs and compares all they print. See semantics T020 for what the blocking
// sleep does to other fibers.
#include "program_output.hpp"

#include <gtest/gtest.h>

namespace weft::test {
namespace {

TEST(Guide, SaysHelloAndWorld) {
    EXPECT_EQ(output_of("hello"), "hello\nworld\n");
}

TEST(Guide, WaitsThreeSecondsInSequenceAndTwoAtTheSameTime) {
    EXPECT_EQ(output_of("one_after_another"),
              "hello\nworld\none after another: 3 s\n"
              "hello\nworld\nat the same time: 2 s\n");
}

TEST(Guide, GathersResultsInTheOrderOfTheArguments) {
    EXPECT_EQ(output_of("gather"),
              "7 is squared\n49, done\n"
              "3 is squared\n2 is squared\n1 is squared\n1\n4\n9\n");
}

TEST(Guide, ShowsThatABlockingSleepStopsAllFibers) {
    EXPECT_EQ(output_of("blocking_sleep"),
              "while the thread slept, another fiber ran 0 times\n"
              "while the fiber slept, another fiber ran 5 times\n");
}

TEST(Guide, ComputesOnAnotherThread) {
    EXPECT_EQ(output_of("to_thread"),
              "168 primes below 1000, 9592 below 100000\n"
              "computed on another thread\n"
              "caught from the thread: the disk is full\n");
}

TEST(Guide, LosesNoException) {
    EXPECT_EQ(output_of("exceptions"),
              "task: no such page\n"
              "group: the first child failed\n"
              "limit: 2 s were not enough\n"
              "handler: nobody waits for me\n");
}

// Semantics H13.
TEST(Guide, FetchesNoMoreAtOnceThanTheSemaphoreAllows) {
    EXPECT_EQ(output_of("limited_fetch"),
              "10 pages, the last says: this is /10\n"
              "never more than 3 at once\n");
}

}  // namespace
}  // namespace weft::test
