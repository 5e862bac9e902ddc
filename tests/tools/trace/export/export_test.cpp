// SPDX-License-Identifier: BSL-1.0
#include "export/exporter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "export/packed_text.hpp"
#include "support/recorded_story.hpp"
#include "support/run_tool.hpp"

namespace weft::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// 1 waits for 2, which wakes it.
recorded_story waker_and_woken() {
    recorded_story story;
    story.spawned(0, 1).named(0, 1, "</script>woken").spawned(0, 2).loop_ran(10, 1);
    story.left(20, 1, receiving, 2).woken(50, 1, receiving, 2);
    story.left(60, 2, trace::leave_finished, 1).left(80, 1, trace::leave_finished, 0);
    return story;
}

TEST(ChromeExport, IsJsonWithSlicesAndArrows) {
    const temporary_file file;
    waker_and_woken().write(file, 100);
    const auto made =
        nlohmann::json::parse(run_tool({"export", file.path(), "--format", "chrome"}).out);
    std::string phases;
    for (const auto& each : made["traceEvents"]) {
        phases += each["ph"].get<std::string>();
    }
    EXPECT_EQ(std::ranges::count(phases, 'X'), 7);
    EXPECT_EQ(std::ranges::count(phases, 's'), 1);
    EXPECT_EQ(std::ranges::count(phases, 'f'), 1);
}

TEST(SpeedscopeExport, WeighsStacksByWaitingTime) {
    const temporary_file file;
    auto story = waker_and_woken();
    story.told().events[4].stack = 3;
    story.told().stacks[3] = {{0x1010, 0x1000}, false};
    story.told().modules = {{0x1000, 0x2000, 0, "", "/bin/app"}};
    story.write(file, 100);
    const auto made =
        nlohmann::json::parse(run_tool({"export", file.path(), "--format", "speedscope"}).out);
    EXPECT_EQ(made["shared"]["frames"][0]["name"], "app+0x0");
    EXPECT_EQ(made["shared"]["frames"][1]["name"], "app+0x10");
    EXPECT_EQ(made["profiles"][0]["weights"][0], 30'000);
}

TEST(OtlpExport, HasSpansWithTheSpansAroundThem) {
    const temporary_file file;
    recorded_story story;
    story.told().began.real = 1'000'000'000;
    story.spawned(0, 1).named(0, 1, "worker").loop_ran(0, 1);
    story.add({10, 1, trace::event_type::span_began, 0, 0, story.text("outer"), 0, 7});
    story.add({20, 1, trace::event_type::span_began, 0, 0, story.text("inner"), 7, 8});
    story.add({30, 1, trace::event_type::span_ended, 0, 0, 0, 0, 8});
    story.add({40, 1, trace::event_type::span_ended, 0, 0, 0, 0, 7});
    story.add({50, 1, trace::event_type::span_began, 0, 0, story.text("goes on"), 0, 9});
    story.write(file, 100);
    const auto made =
        nlohmann::json::parse(run_tool({"export", file.path(), "--format", "otlp"}).out);
    const auto& resource = made["resourceSpans"][0];
    EXPECT_EQ(resource["resource"]["attributes"][0]["value"]["stringValue"], "story");
    const auto& spans = resource["scopeSpans"][0]["spans"];
    ASSERT_EQ(spans.size(), 2U);
    const auto& inner = spans[0];
    const auto& outer = spans[1];
    EXPECT_EQ(inner["name"], "inner");
    EXPECT_EQ(inner["parentSpanId"], outer["spanId"]);
    EXPECT_EQ(inner["traceId"], outer["traceId"]);
    EXPECT_EQ(inner["traceId"].get<std::string>().size(), 32U);
    EXPECT_EQ(inner["spanId"].get<std::string>().size(), 16U);
    EXPECT_FALSE(outer.contains("parentSpanId"));
    EXPECT_EQ(outer["startTimeUnixNano"], "1000010000");
    EXPECT_EQ(outer["endTimeUnixNano"], "1000040000");
    EXPECT_EQ(outer["attributes"][1]["value"]["stringValue"], "worker");
}

TEST(LinesExport, HasAnObjectForEachEvent) {
    const temporary_file file;
    waker_and_woken().write(file, 100);
    std::istringstream lines(run_tool({"export", file.path(), "--format", "jsonl"}).out);
    std::vector<std::string> types;
    for (std::string line; std::getline(lines, line);) {
        types.push_back(nlohmann::json::parse(line)["type"]);
    }
    EXPECT_THAT(types, ElementsAre("spawned", "named", "spawned", "switched", "switched", "woken",
                                   "switched", "switched"));
}

// The data of the page, as a browser unpacks them.
nlohmann::json page_data(const std::string& page) {
    const std::string mark = "id=\"data\">";
    const auto begin = page.find(mark) + mark.size();
    const auto text = page.substr(begin, page.find('<', begin) - begin);
    std::string bytes;
    std::uint32_t bits = 0;
    int count = 0;
    const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (const char c : text.substr(0, text.find('='))) {
        bits = bits << 6 | static_cast<std::uint32_t>(digits.find(c));
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes += static_cast<char>(bits >> count & 255);
        }
    }
    std::string plain(16 << 20, '\0');
    z_stream stream{};
    inflateInit2(&stream, -15);
    stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(plain.data());
    stream.avail_out = static_cast<uInt>(plain.size());
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
    plain.resize(stream.total_out);
    inflateEnd(&stream);
    return nlohmann::json::parse(plain);
}

TEST(HtmlExport, HasItsDataInsideAndLoadsNothing) {
    const temporary_file file;
    waker_and_woken().write(file, 100);
    const auto page = run_tool({"export", file.path(), "--format", "html"}).out;
    EXPECT_THAT(page, HasSubstr("default-src 'none'"));
    EXPECT_THAT(page, testing::Not(HasSubstr("http://")));
    EXPECT_THAT(page, testing::Not(HasSubstr("https://")));
    EXPECT_THAT(page, testing::Not(HasSubstr("</script>woken")));
    const auto data = page_data(page);
    EXPECT_EQ(data["timeline"]["rows"].size(), 2U);
    EXPECT_EQ(data["timeline"]["rows"][0]["name"], "#1 </script>woken");
    EXPECT_EQ(data["fibers"].size(), 2U);
}

TEST(HtmlExport, DoesNotGrowWithTheNumberOfEvents) {
    const temporary_file file;
    recorded_story story;
    for (std::uint32_t i = 0; i < 100'000; ++i) {
        story.loop_ran(10 * i, 1 + i % 500).left(10 * i + 5, 1 + i % 500, receiving, 0);
    }
    story.write(file, 1'000'000);
    EXPECT_LT(run_tool({"export", file.path(), "--format", "html"}).out.size(), 1'000'000U);
}

}  // namespace
}  // namespace weft::test
