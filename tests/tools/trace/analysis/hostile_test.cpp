// SPDX-License-Identifier: BSL-1.0
//
// Recordings that say what no runtime says. Behind their checksums: the fuzz targets are before.
#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "recording/own_events.hpp"
#include "support/recorded_story.hpp"
#include "support/run_tool.hpp"

namespace weft::test {
namespace {

/// Reproducible numbers. Source: Knuth, The Art of Computer Programming, volume 2, 3.3.4.
class generator {
public:
    explicit generator(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        state_ = state_ * 6364136223846793005U + 1442695040888963407U;
        return state_ >> 33;
    }

    /// 0, all ones, or something between them.
    std::uint64_t extreme() {
        const auto kind = next() % 4;
        return kind == 0 ? 0 : kind == 1 ? ~std::uint64_t{0} : next() >> next() % 33;
    }

private:
    std::uint64_t state_;
};

/// Something of everything that a recording can have.
recorded_story rich_story() {
    recorded_story story(1'000);
    story.told().modules = {{0x1000, 0x2000, 0, "id", "/nowhere"}};
    story.told().stacks[1] = {{0x1010, 0x1020}, false};
    story.spawned(1'000, 1).named(1'000, 1, "one").spawned(1'001, 2).loop_ran(1'010, 1);
    story.add({1'011, 1, trace::event_type::span_began, 0, 0, story.text("request"), 0, 9});
    story.add({1'012, 1, trace::event_type::lock_contended, locking, 0, 2, 0, 0xa});
    story.left(1'013, 1, locking, 2, 0xa, 1).woken(1'020, 1, locking, 2).gap(3);
    story.add({1'021, 2, trace::event_type::cancel_asked, 0, 0, 1, 0, 4});
    story.add({1'022, 2, trace::event_type::cancel_seen, 0, 0, 0, 0, 4});
    story.add({1'023, 2, trace_tool::sampled, 0, 0, 10, 1, 0});
    story.add({1'024, 2, trace::event_type::stalled, 1, 1, 30, 1, 40'000'000});
    story.add({1'025, 2, trace::event_type::job_queued, 0, 0, 0, 0, 1});
    story.add({1'026, 2, trace::event_type::job_started, 0, 0, 7, 0, 1});
    story.add({1'027, 2, trace::event_type::result_lost, 0, 0, story.text("gone"), 0, 0});
    story.left(1'030, 2, trace::leave_finished, 1);
    story.add({1'035, 1, trace::event_type::span_ended, 0, 0, 0, 0, 9});
    story.left(1'040, 1, trace::leave_finished, 0);
    story.told().rows.resize(2);
    story.last_rows.resize(2);
    story.last_objects.resize(2);
    return story;
}

void damage(trace::event& one, generator& numbers) {
    switch (numbers.next() % 7) {
        case 0: one.time = numbers.extreme(); break;
        case 1: one.fiber = static_cast<std::uint32_t>(numbers.extreme()); break;
        case 2: one.type = static_cast<trace::event_type>(numbers.extreme()); break;
        case 3: one.sub = static_cast<std::uint8_t>(numbers.extreme()); break;
        case 4: one.x = static_cast<std::uint32_t>(numbers.extreme()); break;
        case 5: one.stack = static_cast<std::uint32_t>(numbers.extreme()); break;
        default: one.object = numbers.extreme(); break;
    }
}

void damage(trace::fiber_row& row, generator& numbers) {
    row.id = numbers.extreme();
    row.state = static_cast<trace::row_state>(numbers.extreme());
    row.reason = static_cast<std::uint8_t>(numbers.extreme());
    row.object = numbers.extreme();
    row.since = numbers.extreme();
    row.blocked_on = numbers.next() % 3;
}

void damage(recorded_story& story, generator& numbers) {
    auto& told = story.told();
    for (int i = 0; i < 4; ++i) {
        damage(told.events[numbers.next() % told.events.size()], numbers);
    }
    damage(told.rows[numbers.next() % 2], numbers);
    damage(story.last_rows[numbers.next() % 2], numbers);
    auto& object = story.last_objects[numbers.next() % 2];
    object.address = numbers.extreme();
    object.owner = numbers.next() % 3;
    object.waiters = numbers.next() % 2;
    object.kind = trace::object_kind::lock;
    told.began.ticks = numbers.extreme();
    told.began.monotonic = numbers.extreme();
    told.modules[0].begin = numbers.extreme();
}

TEST(HostileRecording, IsShownOrRefusedByEveryCommand) {
    const std::vector<std::vector<std::string>> commands{{"report"},
                                                         {"report", "--md"},
                                                         {"report", "--json"},
                                                         {"report", "--html"},
                                                         {"stalls"},
                                                         {"leaks"},
                                                         {"lost"},
                                                         {"events"},
                                                         {"flame", "--kind", "cpu"},
                                                         {"flame", "--kind", "wake"},
                                                         {"export"},
                                                         {"export", "--format", "chrome"},
                                                         {"export", "--format", "speedscope"},
                                                         {"export", "--format", "jsonl"}};
    generator numbers(1);
    const temporary_file file;
    for (int i = 0; i < 200; ++i) {
        auto story = rich_story();
        damage(story, numbers);
        story.write(file, i % 2 == 0 ? 1'050 : numbers.extreme());
        for (auto arguments : commands) {
            arguments.insert(arguments.begin() + 1, file.path().string());
            EXPECT_LE(run_tool(arguments).code, 3);
        }
        for (const auto* what : {"request", "1", "2"}) {
            EXPECT_LE(run_tool({"why", file.path().string(), what}).code, 3);
        }
        EXPECT_LE(run_tool({"diff", file.path().string(), file.path().string()}).code, 1);
    }
}

}  // namespace
}  // namespace weft::test
