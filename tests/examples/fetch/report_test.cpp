// SPDX-License-Identifier: BSL-1.0
#include "fetch/report.hpp"

#include <gtest/gtest.h>

namespace fetch {
namespace {

outcome fetched() {
    outcome made;
    made.url = "https://a.test/";
    made.status = 200;
    made.bytes = 12;
    made.ms = 3.25;
    return made;
}

TEST(FetchReport, PutsAnOutcomeOnOneLineOfJson) {
    auto ended = fetched();
    EXPECT_EQ(to_json(ended),
              R"({"url": "https://a.test/", "status": 200, "bytes": 12, "ms": 3.250, )"
              R"("reused": false, "error": null})");
    ended.sha256 = "ab12";
    ended.reused = true;
    EXPECT_EQ(to_json(ended).substr(to_json(ended).find("\"reused\"")),
              R"("reused": true, "error": null, "sha256": "ab12"})");
}

TEST(FetchReport, EscapesWhatWouldBreakJson) {
    auto ended = fetched();
    ended.error = "a \"word\" \\ \n \xff";
    EXPECT_NE(to_json(ended).find(R"("error": "a \"word\" \\ \u000a \u00ff")"), std::string::npos);
}

TEST(FetchReport, TellsPeopleSuccessFromFailure) {
    auto ended = fetched();
    EXPECT_EQ(to_text(ended), "https://a.test/  200  12 bytes  3 ms  connection new");
    ended.reused = true;
    ended.error = "status 404 Not Found";
    EXPECT_EQ(to_text(ended),
              "https://a.test/  failed: status 404 Not Found  3 ms  connection reused");
    ended.status = 0;
    ended.error = "no such name";
    EXPECT_EQ(to_text(ended), "https://a.test/  failed: no such name  3 ms");
}

}  // namespace
}  // namespace fetch
