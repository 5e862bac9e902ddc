// SPDX-License-Identifier: BSL-1.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "commands/time_window_text.hpp"
#include "error.hpp"
#include "support/recorded_story.hpp"
#include "support/run_tool.hpp"

namespace weft::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using trace_tool::parse_window;
using trace_tool::time_window;

TEST(TimeWindow, IsReadFromText) {
    EXPECT_EQ(parse_window("1s..1500ms"), (time_window{1'000'000'000, 1'500'000'000}));
    EXPECT_EQ(parse_window("..2us").end, 2'000U);
    EXPECT_EQ(parse_window("0..2us").begin, 0U);
    EXPECT_EQ(parse_window("5ns..").begin, 5U);
    EXPECT_TRUE(parse_window("5ns..").end > 1'000'000'000'000U);
    EXPECT_TRUE(parse_window("").whole());
    for (const auto* wrong : {"1s", "2s..1s", "1s..1s", "a..b", "1..2", "1s.2s"}) {
        EXPECT_THROW((void)parse_window(wrong), trace_tool::bad_usage) << wrong;
    }
}

// Fiber 1 runs for 100 us, sleeps for 100, runs for 100. A tick is a microsecond.
recorded_story run_sleep_run() {
    recorded_story story;
    story.spawned(0, 1).named(1, 1, "worker").loop_ran(0, 1);
    story.left(100, 1, sleeping, 0).woken(200, 1, sleeping).loop_ran(200, 1);
    story.left(300, 1, trace::leave_finished, 0);
    return story;
}

json cut_report_of(const recorded_story& told, const std::string& window) {
    const temporary_file file;
    auto story = told;
    story.write(file, 300);
    return json::parse(run_tool({"report", file.path(), "--json", "--window", window}).out);
}

TEST(TimeWindow, CutsWhatReachesOverItsEdges) {
    const auto read = cut_report_of(run_sleep_run(), "50us..210us");
    EXPECT_EQ(read["recording"]["nanoseconds"], 160'000);
    const auto& fiber = read["fibers"][0];
    EXPECT_EQ(fiber["name"], "worker");  // although that was said before
    EXPECT_EQ(fiber["run"], 60'000);
    EXPECT_EQ(fiber["wait"], 100'000);
    EXPECT_EQ(read["waits"][0]["count"], 1);
    EXPECT_FALSE(fiber["ended"]);
    const auto within = cut_report_of(run_sleep_run(), "120us..180us");
    EXPECT_EQ(within["fibers"][0]["run"], 0);
    EXPECT_EQ(within["fibers"][0]["wait"], 60'000);
    EXPECT_TRUE(within["waits"].empty());  // not seen whole
    EXPECT_EQ(within["recording"]["excludedWaits"], 1);
}

// Somebody woke the fiber within the same tick.
TEST(TimeWindow, KeepsAWaitThatTookNoTime) {
    recorded_story story;
    story.loop_ran(0, 1).left(100, 1, sleeping, 0).woken(100, 1, sleeping).loop_ran(150, 1);
    story.left(300, 1, trace::leave_finished, 0);
    EXPECT_EQ(cut_report_of(story, "50us..250us")["waits"][0]["count"], 1);
    EXPECT_TRUE(cut_report_of(story, "120us..250us")["waits"].empty());
}

TEST(TimeWindow, OneBehindTheEndIsEmpty) {
    const auto read = cut_report_of(run_sleep_run(), "10s..");
    EXPECT_EQ(read["recording"]["nanoseconds"], 0);
    EXPECT_EQ(read["fibers"][0]["run"], 0);
}

TEST(TimeWindow, IsAppliedByEveryExport) {
    const temporary_file file;
    run_sleep_run().write(file, 300);
    const auto chrome =
        run_tool({"export", file.path(), "--format", "chrome", "--window", "150us..160us"});
    const auto events = json::parse(chrome.out)["traceEvents"];
    std::vector<std::string> slices;
    for (const auto& each : events) {
        if (each["ph"] == "X") {
            slices.push_back(each["name"]);
            EXPECT_EQ(each["dur"], 10.0);
        }
    }
    EXPECT_THAT(slices, testing::ElementsAre("wait (sleep), cut"));
    const auto lines =
        run_tool({"export", file.path(), "--format", "jsonl", "--window", "150us.."});
    EXPECT_THAT(lines.out, HasSubstr("woken"));
    EXPECT_THAT(lines.out, testing::Not(HasSubstr(R"("why":"sleep")")));
    const auto before =
        run_tool({"export", file.path(), "--format", "jsonl", "--window", "..150us"});
    EXPECT_THAT(before.out, HasSubstr("spawned"));
    EXPECT_THAT(before.out, testing::Not(HasSubstr("woken")));
    for (const auto* format : {"perfetto", "html", "folded", "speedscope", "otlp", "json"}) {
        const auto whole = run_tool({"export", file.path(), "--format", format});
        const auto part =
            run_tool({"export", file.path(), "--format", format, "--window", "150us..160us"});
        EXPECT_EQ(part.code, 0);
        EXPECT_FALSE(part.out.empty()) << format;
        if (std::string(format) != "otlp") {  // in which there is nothing
            EXPECT_NE(part.out, whole.out) << format;
        }
    }
}

}  // namespace
}  // namespace weft::test
