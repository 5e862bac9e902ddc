// SPDX-License-Identifier: BSL-1.0
#include "export/exporter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <nlohmann/json.hpp>
#include <protozero/pbf_reader.hpp>
#include <sstream>

#include "export/packed_text.hpp"
#include "export/perfetto_fields.hpp"
#include "support/recorded_story.hpp"
#include "support/run_tool.hpp"

namespace weft::test {
namespace {

using protozero::pbf_reader;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
namespace perfetto = trace_tool::perfetto;

// 1 waits for 2, which wakes it.
recorded_story waker_and_woken() {
    recorded_story story;
    story.spawned(0, 1).named(0, 1, "</script>woken").spawned(0, 2).loop_ran(10, 1);
    story.left(20, 1, receiving, 2).woken(50, 1, receiving, 2);
    story.left(60, 2, trace::leave_finished, 1).left(80, 1, trace::leave_finished, 0);
    return story;
}

struct decoded_event {
    std::uint64_t time = 0;
    std::uint64_t track = 0;
    std::uint32_t type = 0;
    std::string name;
    std::uint64_t flow = 0;
    std::uint64_t ends_flow = 0;
};

void decode_track_event(pbf_reader in, decoded_event& event) {
    while (in.next()) {
        switch (in.tag()) {
            case perfetto::track_event::type: event.type = in.get_uint32(); break;
            case perfetto::track_event::track: event.track = in.get_uint64(); break;
            case perfetto::track_event::name: event.name = in.get_string(); break;
            case perfetto::track_event::flows: event.flow = in.get_fixed64(); break;
            case perfetto::track_event::terminating_flows:
                event.ends_flow = in.get_fixed64();
                break;
            default: in.skip();
        }
    }
}

std::string decode_name(pbf_reader track) {
    return track.next(perfetto::descriptor::name) ? track.get_string() : std::string();
}

struct decoded_trace {
    std::vector<decoded_event> events;
    std::vector<std::string> tracks;
};

decoded_trace decode(const std::string& bytes) {
    decoded_trace made;
    for (pbf_reader trace(bytes); trace.next(perfetto::trace_packet);) {
        decoded_event event;
        for (auto packet = trace.get_message(); packet.next();) {
            switch (packet.tag()) {
                case perfetto::packet::timestamp: event.time = packet.get_uint64(); break;
                case perfetto::packet::track_event:
                    decode_track_event(packet.get_message(), event);
                    made.events.push_back(event);
                    break;
                case perfetto::packet::track_descriptor:
                    made.tracks.push_back(decode_name(packet.get_message()));
                    break;
                default: packet.skip();
            }
        }
    }
    return made;
}

const decoded_event* find(const decoded_trace& in, std::uint32_t type, const std::string& name) {
    for (const auto& each : in.events) {
        if (each.type == type && each.name == name) {
            return &each;
        }
    }
    return nullptr;
}

TEST(PerfettoExport, HasATrackWithSlicesForEachFiber) {
    const temporary_file file;
    waker_and_woken().write(file, 100);
    const auto trace = decode(run_tool({"export", file.path()}).out);
    EXPECT_THAT(trace.tracks, Contains("#1 </script>woken"));
    EXPECT_THAT(trace.tracks, Contains("#2 a.cpp:10"));
    const auto* wait = find(trace, perfetto::track_event::slice_begin, "wait (channel, receive)");
    ASSERT_NE(wait, nullptr);
    EXPECT_EQ(wait->time, 20'000U);
    const auto end = std::next(wait - trace.events.data() + trace.events.begin());
    EXPECT_EQ(end->type, perfetto::track_event::slice_end);
    EXPECT_EQ(end->time, 50'000U);
    EXPECT_EQ(end->track, wait->track);
}

TEST(PerfettoExport, HasAnArrowFromTheWakerToTheWoken) {
    const temporary_file file;
    waker_and_woken().write(file, 100);
    const auto trace = decode(run_tool({"export", file.path()}).out);
    const auto* wakes = find(trace, perfetto::track_event::instant, "wakes </script>woken");
    ASSERT_NE(wakes, nullptr);
    EXPECT_EQ(wakes->time, 50'000U);
    const auto woken = std::ranges::find_if(
        trace.events, [&](const auto& each) { return each.ends_flow == wakes->flow; });
    ASSERT_NE(woken, trace.events.end());
    EXPECT_EQ(woken->name, "ready");
    EXPECT_NE(woken->track, wakes->track);
}

TEST(PerfettoExport, LeavesOutFibersBeyondALimitAndSaysSo) {
    const temporary_file file;
    waker_and_woken().write(file, 100);
    const auto result = run_tool({"export", file.path(), "--top", "1"});
    EXPECT_THAT(result.err, HasSubstr("1 fibers, which ran shortest, are left out"));
    EXPECT_THAT(decode(result.out).tracks, testing::Not(Contains("#1 </script>woken")));
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
