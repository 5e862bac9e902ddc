// SPDX-License-Identifier: BSL-1.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <protozero/pbf_reader.hpp>
#include <set>
#include <tuple>

#include "analysis/playback.hpp"
#include "analysis/summary.hpp"
#include "export/perfetto_fields.hpp"
#include "export/slice_names.hpp"
#include "support/recorded_story.hpp"
#include "support/run_tool.hpp"

namespace weft::test {
namespace {

using protozero::pbf_reader;
using testing::Contains;
using testing::HasSubstr;
using trace_tool::activity;
namespace perfetto = trace_tool::perfetto;

struct decoded_event {
    std::uint64_t time = 0;
    std::uint64_t track = 0;
    std::uint32_t type = 0;
    std::string name;
    std::uint64_t flow = 0;
    std::uint64_t ends_flow = 0;
    std::int64_t counted = 0;
};

struct decoded_track {
    std::string name;
    std::uint64_t parent = 0;
};

/// Reads a trace as the viewer does: names are numbers that a packet of the same sequence, this one
/// or one before, has explained.
class perfetto_decoder {
public:
    explicit perfetto_decoder(const std::string& bytes) {
        for (pbf_reader trace(bytes); trace.next(perfetto::trace_packet);) {
            const auto packet = trace.get_message();
            read_state(packet);
            read_content(packet);
        }
    }

    std::vector<decoded_event> events;
    std::map<std::uint64_t, decoded_track> tracks;
    std::size_t names_written = 0;

private:
    // What is in force for the packet, wherever in it that stands.
    void read_state(pbf_reader packet) {
        while (packet.next()) {
            if (packet.tag() == perfetto::packet::sequence_flags) {
                const auto flags = packet.get_uint32();
                if ((flags & perfetto::packet::names_begin) != 0) {
                    names_.clear();
                    begun_ = true;
                }
                EXPECT_TRUE(begun_ || (flags & perfetto::packet::needs_names) == 0);
            } else if (packet.tag() == perfetto::packet::interned_data) {
                for (auto data = packet.get_message(); data.next(perfetto::interned::event_name);) {
                    read_name(data.get_message());
                }
            } else {
                packet.skip();
            }
        }
    }

    void read_name(pbf_reader entry) {
        std::uint64_t number = 0;
        std::string text;
        while (entry.next()) {
            entry.tag() == perfetto::interned::number ? void(number = entry.get_uint64())
                                                      : void(text = entry.get_string());
        }
        ++names_written;
        EXPECT_TRUE(names_.emplace(number, text).second) << number;
    }

    void read_content(pbf_reader packet) {
        decoded_event event;
        while (packet.next()) {
            switch (packet.tag()) {
                case perfetto::packet::timestamp: event.time = packet.get_uint64(); break;
                case perfetto::packet::track_event:
                    read_event(packet.get_message(), event);
                    events.push_back(event);
                    break;
                case perfetto::packet::track_descriptor: read_track(packet.get_message()); break;
                default: packet.skip();
            }
        }
    }

    void read_event(pbf_reader in, decoded_event& event) {
        while (in.next()) {
            switch (in.tag()) {
                case perfetto::track_event::type: event.type = in.get_uint32(); break;
                case perfetto::track_event::track: event.track = in.get_uint64(); break;
                case perfetto::track_event::name_number:
                    event.name = names_.at(in.get_uint64());
                    break;
                case perfetto::track_event::counter_value: event.counted = in.get_int64(); break;
                case perfetto::track_event::flows: event.flow = in.get_fixed64(); break;
                case perfetto::track_event::terminating_flows:
                    event.ends_flow = in.get_fixed64();
                    break;
                default: in.skip();
            }
        }
    }

    void read_track(pbf_reader in) {
        std::uint64_t uuid = 0;
        decoded_track track;
        while (in.next()) {
            switch (in.tag()) {
                case perfetto::descriptor::uuid: uuid = in.get_uint64(); break;
                case perfetto::descriptor::name: track.name = in.get_string(); break;
                case perfetto::descriptor::parent: track.parent = in.get_uint64(); break;
                default: in.skip();
            }
        }
        EXPECT_TRUE(tracks.emplace(uuid, track).second) << uuid;
    }

    std::map<std::uint64_t, std::string> names_;
    bool begun_ = false;
};

// 1 waits for 2, which wakes it.
recorded_story one_wakes_the_other() {
    recorded_story story;
    story.spawned(0, 1).named(0, 1, "woken").spawned(0, 2).loop_ran(10, 1);
    story.left(20, 1, receiving, 2).woken(50, 1, receiving, 2);
    story.left(60, 2, trace::leave_finished, 1).left(80, 1, trace::leave_finished, 0);
    return story;
}

// Many fibers wake each other, some events are lost.
recorded_story busy() {
    constexpr std::uint32_t fibers = 17;
    recorded_story story;
    for (std::uint32_t fiber = 1; fiber <= fibers; ++fiber) {
        story.spawned(fiber, fiber).named(fiber, fiber, "fiber " + std::to_string(fiber % 5));
    }
    story.loop_ran(20, 1);
    std::uint64_t time = 20;
    for (std::uint32_t i = 0; i < 2'000; ++i) {
        const auto fiber = 1 + i % fibers;
        const auto next = 1 + (i + 1) % fibers;
        if (i == 700) {
            story.gap(5);
        }
        const auto reason = i % 3 == 0 ? sleeping : receiving;
        story.woken(time += 1 + i % 4, next, i % 3 == 0 ? receiving : sleeping, i % 2 * fiber);
        story.left(time += 1 + i % 7, fiber, static_cast<std::uint8_t>(reason), next, 0xabc);
    }
    return story;
}

using slice = std::tuple<std::string, std::uint64_t, std::uint64_t, std::string>;  // track, times
using arrow = std::tuple<std::string, std::string, std::uint64_t>;                 // from, to, when

/// What a recording says, without its way through the exporter.
class expected_trace final : public trace_tool::playback_listener {
public:
    explicit expected_trace(const std::filesystem::path& file) : in_(trace_tool::summarize(file)) {
        play(file, *this);
    }

    void on_chunk(const trace_tool::chunk&) override {}
    void on_event(const trace::event& next, const trace_tool::chunk&) override {
        switches += next.type == trace::event_type::switched ? 1 : 0;
    }
    void on_interval(const trace_tool::interval& done) override {
        slices.insert({track(done.fiber), in_.scale.monotonic(done.begin),
                       in_.scale.monotonic(done.end), slice_name(done, in_)});
        if (done.what == activity::waiting && !done.cut) {
            arrows.insert({track(done.woken_by), track(done.fiber), in_.scale.monotonic(done.end)});
        }
    }

    std::multiset<slice> slices;
    std::multiset<arrow> arrows;
    std::size_t switches = 0;

private:
    [[nodiscard]] std::string track(std::uint32_t fiber) const {
        return fiber == 0 ? "loop" : "#" + std::to_string(fiber) + " " + in_.fiber_name(fiber);
    }

    trace_tool::summary in_;
};

// Each begin has its end, on the same track, before the next one begins.
std::multiset<slice> slices_of(const perfetto_decoder& trace) {
    std::multiset<slice> made;
    std::map<std::uint64_t, decoded_event> open;
    for (const auto& each : trace.events) {
        if (each.type == perfetto::track_event::slice_begin) {
            EXPECT_TRUE(open.emplace(each.track, each).second) << each.name;
        } else if (each.type == perfetto::track_event::slice_end) {
            const auto began = open.extract(each.track);
            EXPECT_FALSE(began.empty());
            made.insert({trace.tracks.at(each.track).name, began.mapped().time, each.time,
                         began.mapped().name});
        }
    }
    EXPECT_TRUE(open.empty());
    return made;
}

std::multiset<arrow> arrows_of(const perfetto_decoder& trace, std::size_t& without_end) {
    std::map<std::uint64_t, const decoded_event*> ends;
    for (const auto& each : trace.events) {
        if (each.ends_flow != 0) {
            EXPECT_TRUE(ends.emplace(each.ends_flow, &each).second);
        }
    }
    std::multiset<arrow> made;
    for (const auto& each : trace.events) {
        if (each.flow != 0 && !ends.contains(each.flow)) {
            ++without_end;
        } else if (each.flow != 0) {
            made.insert({trace.tracks.at(each.track).name,
                         trace.tracks.at(ends.at(each.flow)->track).name, each.time});
        }
    }
    return made;
}

TEST(PerfettoExport, SaysWhatTheRecordingSays) {
    const temporary_file file;
    busy().write(file, 1'000'000);
    const expected_trace expected(file.path());
    const perfetto_decoder trace(run_tool({"export", file.path()}).out);
    EXPECT_EQ(slices_of(trace), expected.slices);
    std::size_t without_end = 0;
    auto arrows = arrows_of(trace, without_end);
    EXPECT_EQ(arrows.size() + without_end, expected.arrows.size());
    EXPECT_LE(without_end, 1U);  // of the fiber that was woken last, after which nothing comes
    EXPECT_TRUE(std::ranges::includes(expected.arrows, arrows));
    EXPECT_GT(arrows.size(), 1'900U);
    EXPECT_EQ(
        std::ranges::count(trace.events, perfetto::track_event::counter, &decoded_event::type),
        static_cast<std::ptrdiff_t>(expected.switches));
}

TEST(PerfettoExport, WritesEachNameOnce) {
    const temporary_file file;
    busy().write(file, 1'000'000);
    const auto bytes = run_tool({"export", file.path()}).out;
    const perfetto_decoder trace(bytes);
    std::set<std::string> names;
    for (const auto& each : trace.events) {
        names.insert(each.name);
    }
    EXPECT_EQ(trace.names_written, names.size() - 1);  // ends have none
    EXPECT_LT(bytes.size(), 45 * trace.events.size());
}

TEST(PerfettoExport, HasATrackForEachFiberBelowItsProcess) {
    const temporary_file file;
    one_wakes_the_other().write(file, 100);
    const perfetto_decoder trace(run_tool({"export", file.path()}).out);
    std::vector<std::string> names;
    std::set<std::uint64_t> parents;
    for (const auto& [uuid, track] : trace.tracks) {
        names.push_back(track.name);
        parents.insert(track.parent);
    }
    EXPECT_THAT(names, testing::UnorderedElementsAre("", "loop", "ready fibers", "#1 woken",
                                                     "#2 a.cpp:10"));
    EXPECT_EQ(parents.size(), 2U);  // the process, and what it is below: nothing
}

TEST(PerfettoExport, HasAnArrowFromTheWakerToTheWoken) {
    const temporary_file file;
    one_wakes_the_other().write(file, 100);
    const perfetto_decoder trace(run_tool({"export", file.path()}).out);
    std::size_t without_end = 0;
    EXPECT_THAT(arrows_of(trace, without_end), Contains(arrow{"#2 a.cpp:10", "#1 woken", 50'000U}));
    EXPECT_EQ(without_end, 0U);
}

TEST(PerfettoExport, LeavesOutFibersBeyondALimitAndSaysSo) {
    const temporary_file file;
    one_wakes_the_other().write(file, 100);
    const auto result = run_tool({"export", file.path(), "--top", "1"});
    EXPECT_THAT(result.err, HasSubstr("1 fibers, which ran shortest, are left out"));
    for (const auto& [uuid, track] : perfetto_decoder(result.out).tracks) {
        EXPECT_NE(track.name, "#1 woken");
    }
}

}  // namespace
}  // namespace weft::test
