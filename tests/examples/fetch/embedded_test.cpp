// SPDX-License-Identifier: BSL-1.0
//
// fetch without URLs: servers and client in one process.
#include "fetch/fetch_output.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace weft::test {
namespace {

/// The text with each number replaced by "#".
std::string without_numbers(const std::string& text) {
    std::string made;
    for (const char each : text) {
        if (each < '0' || each > '9') {
            made += each;
        } else if (made.empty() || made.back() != '#') {
            made += '#';
        }
    }
    return made;
}

/// Its servers take their time, so that all that a test needs is started at once.
class EmbeddedFetch : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        started.emplace();
        started->plain = start_fetch({});
        started->repeated = start_fetch({"--repeat", "2", "--concurrency", "3", "--json"});
        started->json = start_fetch({"--json", "--sha256"});
        started->hurried = start_fetch({"--timeout", "0.7", "--json"});
        started->terminal =
            child_process({"python3", "-c",
                           "import os, pty, sys\n"
                           "sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))\n",
                           WEFT_PROGRAMS "/fetch"});
    }
    static void TearDownTestSuite() { started.reset(); }

    struct programs {
        std::optional<child_process> plain;
        std::optional<child_process> repeated;
        std::optional<child_process> json;
        std::optional<child_process> hurried;
        std::optional<child_process> terminal;
    };
    static inline std::optional<programs> started;
};

TEST_F(EmbeddedFetch, PrintsALineForEachUrlAndTheGain) {
    auto& fetch = *started->plain;
    EXPECT_EQ(fetch.wait(), 0);
    const auto lines = lines_of(fetch.output());
    ASSERT_EQ(lines.size(), 4U) << fetch.output() << fetch.errors();
    const std::vector<std::string> names{"alpha", "beta", "gamma"};
    for (std::size_t i = 0; i < names.size(); ++i) {
        EXPECT_EQ(without_numbers(lines[i]),
                  "https://" + names[i] + ".test/  #  # bytes  # ms  connection new");
    }
    EXPECT_EQ(without_numbers(lines[3]), "total #.# s, one after another #.# s");
    const auto total = std::stod(lines[3].substr(lines[3].find(' ')));
    const auto in_sequence = std::stod(lines[3].substr(lines[3].rfind("r ") + 1));
    EXPECT_LT(total, in_sequence);
    EXPECT_GE(in_sequence, 1.8);
    EXPECT_EQ(fetch.errors(), "");
}

TEST_F(EmbeddedFetch, ReusesItsConnections) {
    auto& fetch = *started->repeated;
    EXPECT_EQ(fetch.wait(), 0);
    const auto lines = lines_of(fetch.output());
    ASSERT_EQ(lines.size(), 7U);
    std::vector<std::string> alpha;  // its second request begins when its first has ended
    for (const auto& line : lines) {
        if (json_value(line, "url") == "https://alpha.test/") {
            alpha.push_back(json_value(line, "reused"));
        }
    }
    EXPECT_EQ(alpha, (std::vector<std::string>{"false", "true"})) << fetch.output();
    EXPECT_GT(std::stod(json_value(lines.back(), "total_s")), 0);
}

TEST_F(EmbeddedFetch, PrintsJsonThatOthersCanRead) {
    auto& fetch = *started->json;
    EXPECT_EQ(fetch.wait(), 0);
    child_process reader({"python3", "-c",
                          "import json, sys\n"
                          "for line in sys.argv[1].splitlines():\n"
                          "    print(sorted(json.loads(line)))\n",
                          fetch.output()});
    EXPECT_EQ(reader.wait(), 0) << reader.errors();
    const std::string outcome = "['bytes', 'error', 'ms', 'reused', 'sha256', 'status', 'url']\n";
    EXPECT_EQ(reader.output(), outcome + outcome + outcome + "['total_s']\n");
}

TEST_F(EmbeddedFetch, ShowsProgressOnATerminal) {
    auto& terminal = *started->terminal;
    EXPECT_EQ(terminal.wait(), 0) << terminal.errors();
    const auto text = terminal.output();
    const auto first = text.find("\r0 of 3 ended, 0 failed\r\x1b[Khttps://alpha.test/");
    const auto last = text.find("\r3 of 3 ended, 0 failed\r\x1b[Ktotal ");
    EXPECT_NE(first, std::string::npos) << text;
    EXPECT_NE(last, std::string::npos) << text;
}

/// ThreadSanitizer keeps a signal for the fiber that it came in, which may never run again; one in
/// some hundred is lost so. There it is sent a second time.
int end_by_interrupt(child_process& fetch) {
    fetch.signal(SIGINT);
#ifdef __SANITIZE_THREAD__
    try {
        return fetch.wait(std::chrono::seconds(10));
    } catch (const std::runtime_error&) {
        fetch.signal(SIGINT);
    }
#endif
    return fetch.wait();
}

TEST_F(EmbeddedFetch, EndsAtOnceOnSigint) {
    auto fetch = start_fetch({"--repeat", "1000000"});
    fetch.wait_for_output("alpha.test");
    EXPECT_EQ(end_by_interrupt(fetch), 130);
    EXPECT_EQ(fetch.errors(), "fetch: interrupted\n");
}

TEST_F(EmbeddedFetch, FailsWhereTheTimeIsTooShort) {
    auto& fetch = *started->hurried;
    EXPECT_EQ(fetch.wait(), 1);
    for (const auto& line : lines_of(fetch.output())) {
        if (json_value(line, "url") == "https://gamma.test/") {
            EXPECT_NE(json_value(line, "error"), "null");
        }
    }
}

}  // namespace
}  // namespace weft::test
