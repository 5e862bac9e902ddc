// SPDX-License-Identifier: BSL-1.0
#include "fetch/fetch_output.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weft::test {
namespace {

const std::string url = "https://alpha.test/";

struct wrong_usage {
    std::vector<std::string> arguments;
    std::string complaint;  ///< what stderr begins with
};

void expect_refused(const wrong_usage& wrong) {
    auto fetch = start_fetch(wrong.arguments);
    EXPECT_EQ(fetch.wait(), 2) << wrong.complaint;
    EXPECT_EQ(fetch.output(), "");
    EXPECT_EQ(fetch.errors().substr(0, wrong.complaint.size()), wrong.complaint);
}

TEST(FetchUsage, IsExplainedOnOneScreen) {
    auto fetch = start_fetch({"--help"});
    EXPECT_EQ(fetch.wait(), 0);
    const auto lines = lines_of(fetch.output());
    EXPECT_EQ(lines.at(0), "usage: fetch [option]... [URL]...");
    EXPECT_LE(lines.size(), 24U);
    for (const auto& line : lines) {
        EXPECT_LE(line.size(), 80U) << line;
    }
}

TEST(FetchUsage, RefusesNumbersOutOfRange) {
    for (const std::string value : {"-1", "0", "ten", "", "3x", "1.5", "99999999999999999999"}) {
        expect_refused({{"--concurrency", value, url},
                        "fetch: --concurrency '" + value + "': wanted a whole number from 1"});
        expect_refused({{"--repeat", value, url},
                        "fetch: --repeat '" + value + "': wanted a whole number from 1"});
    }
    for (const std::string value : {"-1", "0", "nan", "inf", "1e300", "1e-300", "soon"}) {
        expect_refused({{"--timeout", value, url},
                        "fetch: --timeout '" + value + "': wanted a number of seconds above 0"});
    }
}

TEST(FetchUsage, RefusesUrlsThatAreNone) {
    for (const std::string text : {"alpha.test", "ftp://alpha.test/", "https://", "https://a:b/",
                                   "https://user@alpha.test/", "https://alpha.test:99999/", ""}) {
        expect_refused({{url, text}, "fetch: URL '" + text + "': "});
    }
}

TEST(FetchUsage, RefusesNameServersWithoutAddress) {
    for (const std::string text : {"localhost:53", "127.0.0.1:dns", "127.0.0.1:70000", ""}) {
        expect_refused({{"--dns", text, url}, "fetch: --dns '" + text + "': wanted an address"});
    }
}

TEST(FetchUsage, RefusesAuthoritiesThatCannotBeRead) {
    const temporary_directory folder;
    const auto missing = (folder.path() / "missing.pem").string();
    const auto garbage = folder.write("garbage.pem", "this is no certificate").string();
    const auto empty = folder.write("empty.pem", "").string();
    expect_refused({{"--cacert", missing, url},
                    "fetch: --cacert '" + missing + "': No such file or directory"});
    expect_refused({{"--cacert", folder.path().string(), url},
                    "fetch: --cacert '" + folder.path().string() + "': Is a directory"});
    expect_refused({{"--cacert", garbage, url}, "fetch: --cacert '" + garbage + "': "});
    expect_refused(
        {{"--cacert", empty, url}, "fetch: --cacert '" + empty + "': the file is empty"});
}

TEST(FetchUsage, RefusesWhatItDoesNotKnow) {
    expect_refused({{"--concurrrency", "3"}, "fetch: --concurrrency: no such option"});
    expect_refused({{"-x"}, "fetch: -x: no such option"});
    expect_refused({{url, "--timeout"}, "fetch: --timeout: its value is missing"});
    expect_refused({{"--dns", "127.0.0.1:53"}, "fetch: --cacert and --dns need a URL"});
}

}  // namespace
}  // namespace weft::test
