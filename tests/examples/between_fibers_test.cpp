// SPDX-License-Identifier: BSL-1.0
//
// Runs the programs of examples/between_fibers and compares all they print.
#include "program_output.hpp"

#include <gtest/gtest.h>

namespace weft::test {
namespace {

TEST(BetweenFibers, LocksServeInTheOrderOfArrival) {
    EXPECT_EQ(output_of("locks"), "read old\nread new\nready\nafter 50 ms: gave up\n");
}

TEST(BetweenFibers, RunnersMeetAfterEachLap) {
    EXPECT_EQ(output_of("meeting"),
              "go\nlap 1 is over\nrunner 3 was the last\n"
              "lap 2 is over\nrunner 3 was the last\n");
}

TEST(BetweenFibers, LimiterLendsMoreWhenItIsRaised) {
    EXPECT_EQ(output_of("limiter"),
              "1 works, 1 at a time\n2 works, 1 at a time\n3 works, 2 at a time\n"
              "4 works, 2 at a time\nwho has no token cannot give it back\n");
}

TEST(BetweenFibers, MostUrgentJobsAreDoneFirst) {
    EXPECT_EQ(output_of("work_queue"),
              "put out the fire\nanswer the phone\ntidy up\nall done\n"
              "a worker goes home\na worker goes home\n");
}

TEST(BetweenFibers, PipelineEndsByItself) {
    EXPECT_EQ(output_of("pipeline"),
              "the sum of the squares is 385\nweft: the channel has no receiver any more\n");
}

TEST(BetweenFibers, SelectDoesWhatComesFirst) {
    EXPECT_EQ(output_of("select"),
              "serving tea\nnothing to do\nserving coffee\nclosed\nno order\ncase 1\n");
}

TEST(BetweenFibers, ThreadFeedsFibers) {
    EXPECT_EQ(output_of("other_threads"), "waiting for the sensor\nsum of the readings: 55\n");
}

}  // namespace
}  // namespace weft::test
