// SPDX-License-Identifier: BSL-1.0

// The examples that use blocking libraries, as a user starts them.

#include "support/child_process.hpp"
#include "support/nginx.hpp"
#include "support/postgres.hpp"
#include "support/redis.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <vector>

namespace weft::test {
namespace {

std::string output_of(std::vector<std::string> command) {
    child_process child(std::move(command));
    EXPECT_EQ(child.wait(), 0) << child.errors();
    return child.output();
}

TEST(PortedExamplesTest, LegacyAfterAnswersAsBeforeAndDiffersInTenLines) {
    const temporary_directory files;
    const nginx server({{"localhost", loopback::self_signed({.host_names = {"localhost"}})}},
                       files.path());
    const std::string there = ":" + std::to_string(server.port());
    const std::vector<std::string> servers = {"127.0.0.1" + there, "localhost" + there,
                                              "127.0.0.1:1"};
    auto before = std::vector<std::string>{WEFT_LEGACY_BEFORE};
    auto after = std::vector<std::string>{WEFT_LEGACY_AFTER};
    before.insert(before.end(), servers.begin(), servers.end());
    after.insert(after.end(), servers.begin(), servers.end());
    const std::string answers = output_of(before);
    EXPECT_EQ(occurrences(answers, ": HTTP/1.1 400 Bad Request\n"), 2U) << answers;
    EXPECT_EQ(occurrences(answers, ": no connection\n"), 1U) << answers;
    EXPECT_EQ(output_of(after), answers);
    child_process difference(
        {"diff", WEFT_EXAMPLES "/legacy_before.cpp", WEFT_EXAMPLES "/legacy_after.cpp"});
    EXPECT_EQ(difference.wait(), 1);
    const std::string lines = "\n" + difference.output();
    EXPECT_LE(occurrences(lines, "\n<") + occurrences(lines, "\n>"), 10U) << lines;
}

TEST(PortedExamplesTest, PostgresFanoutAnswersInOrder) {
    const postgres server;
    EXPECT_EQ(output_of({WEFT_POSTGRES_FANOUT, server.connection(), "SELECT pg_sleep(0.05), 1",
                         "SELECT 6 * 7", "SELECT 'text'"}),
              "SELECT pg_sleep(0.05), 1: \nSELECT 6 * 7: 42\nSELECT 'text': text\n");
    child_process wrong({WEFT_POSTGRES_FANOUT, server.connection(), "SELECT 1", "SELECT nonsense"});
    EXPECT_EQ(wrong.wait(), 1);
    EXPECT_NE(wrong.errors().find("postgres_fanout: "), std::string::npos) << wrong.errors();
}

TEST(PortedExamplesTest, RedisWorkersOfSeveralProgramsShareTheJobs) {
    const redis server;
    const std::string port = std::to_string(server.port());
    child_process first({WEFT_REDIS_WORKERS, port, "jobs", "first", "3"});
    child_process second({WEFT_REDIS_WORKERS, port, "jobs", "second", "3"});
    for (int i = 0; i < 40; ++i) {
        output_of(
            {"redis-cli", "-p", port, "XADD", "jobs", "*", "text", "job" + std::to_string(i)});
    }
    first.wait_until("all jobs",
                     [&] { return occurrences(first.output() + second.output(), ": job") >= 40; });
    const std::string all = first.output() + second.output();
    for (int i = 0; i < 40; ++i) {
        EXPECT_EQ(occurrences(all, ": job" + std::to_string(i) + "\n"), 1U) << i;
    }
    EXPECT_EQ(first.stop(), 0) << first.errors();
    EXPECT_EQ(second.stop(), 0) << second.errors();
}

}  // namespace
}  // namespace weft::test
