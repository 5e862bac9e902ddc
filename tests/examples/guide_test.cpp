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

TEST(Guide, WaitsForSeveralTasks) {
    EXPECT_EQ(output_of("several_tasks"),
              "the first to end is task 1, 2 run on\n"
              "50 ms later not all have ended, and none was cancelled\n"
              "ended: 1\nended: 2\nended: 3\n"
              "1 4 9 16 25 \n0.3 s\n");
}

TEST(Guide, KeepsServicesInAGroup) {
    EXPECT_EQ(output_of("service_group"),
              "listening on port 8080\n"
              "server: hello\n"
              "1 client was served\n"
              "system: Input/output error\n"
              "others: 1 failure: did not stop cleanly\n");
}

TEST(Guide, NamesTheRequestEverywhere) {
    EXPECT_EQ(output_of("request_name"),
              "request 1: begins\n"
              "request 1: computes on another thread\n"
              "request 1, cleanup: ends\n"
              "request 2: begins\n"
              "request 2: computes on another thread\n"
              "request 2, cleanup: ends\n"
              "no request: all were served\n");
}

TEST(Guide, ShowsWhatDebugModeFinds) {
    EXPECT_EQ(output_of("debug_mode"),
              "busy: slow step\n"
              "waiter: waits for ever\n"
              "the waiter was cancelled\n"
              "no other fiber runs meanwhile\n");
}

TEST(Guide, StopsAWorkerInTime) {
    EXPECT_EQ(output_of("workers"),
              "0 %\n10 %\n20 %\n30 %\n40 %\nstopped in time\n"
              "10 jobs, never more than two at once\n");
}

TEST(Guide, RunsOtherPrograms) {
    EXPECT_EQ(output_of("subprocess"),
              "apple\npear\nLOUD\n"
              "process '/bin/sh' exited with 3: the disk is full\n"
              "it was ended in time\n");
}

TEST(Guide, KeepsFiles) {
    EXPECT_EQ(output_of("files"),
              "8 bytes are on the disk\nkept: 8 bytes\nnote: 5 bytes\n"
              "file '/weft/none': open: No such file or directory\n");
}

TEST(Guide, EndsWellBySignals) {
    EXPECT_EQ(output_of("graceful_shutdown"),
              "job 1 is done\njob 2 is done\njob 3 is done\nthe first stopped in time\n"
              "the second was cut off\n"
              "it is time to read the configuration again\n");
}

TEST(Guide, ServesOnePortFromTwoShards) {
    EXPECT_EQ(output_of("shards"), "20 clients got 100 bytes from 2 shards\n");
}

// Semantics H13.
TEST(Guide, FetchesNoMoreAtOnceThanTheSemaphoreAllows) {
    EXPECT_EQ(output_of("limited_fetch"),
              "10 pages, the last says: this is /10\n"
              "never more than 3 at once\n");
}

}  // namespace
}  // namespace weft::test
