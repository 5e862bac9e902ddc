// SPDX-License-Identifier: BSL-1.0
//
// Another thread reads the memory of a runtime as a tool does: through a mapping of its own, while
// fibers come, wait and go.
#include <weft/event.hpp>
#include <weft/run.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>
#include <weft/trace.hpp>
#include <weft/trace_events.hpp>

#include "second_mapping.hpp"
#include "support/runtime_test.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <thread>
#include <vector>

namespace weft::trace {
namespace {

using test::second_mapping;

/// What the reader found wrong; it must not use gtest, which is the test's thread's.
struct findings {
    std::uint64_t rows = 0;    // read whole
    std::uint64_t torn = 0;    // of two fibers, or in a state that cannot be
    std::uint64_t events = 0;  // read
    std::uint64_t lost = 0;
    std::uint64_t wrong = 0;  // out of their order, or not what was written
};

/// Rows have the identity of one fiber: its number, control block and place of spawn.
void look_at_rows(const second_mapping& memory, std::map<std::uint64_t, std::uint64_t>& blocks,
                  findings& found) {
    const auto used = memory.copy<loop>(loop_offset).rows_used;
    for (std::uint64_t i = 0; i < used; ++i) {
        const auto row = memory.row(i);
        if (!row || row->state == row_state::unused || row->id == 0) {
            continue;
        }
        ++found.rows;
        const auto known = blocks.try_emplace(row->id, row->control_block).first->second;
        const bool fits = known == row->control_block && row->state <= row_state::finished &&
                          (row->state != row_state::parked || row->reason != 0);
        found.torn += fits ? 0 : 1;
    }
}

/// Counters are written as 1, 2, 3 ...: each is read or counted as lost.
void look_at_events(const second_mapping& memory, std::uint64_t& next, std::uint64_t& value,
                    findings& found) {
    const auto events = memory.copy<header>(0).events;
    const auto head = memory.copy<loop>(loop_offset).head;
    std::vector<event> read;
    const auto first = std::max(next, head > events.count ? head - events.count : 0);
    for (auto i = first; i < head; ++i) {
        read.push_back(memory.copy<event>(events.offset + i % events.count * sizeof(event)));
    }
    // What may have been overwritten meanwhile is lost.
    const auto now = memory.copy<loop>(loop_offset).head;
    const auto valid = std::max(first, now >= events.count ? now - events.count + 1 : 0);
    const auto lost = std::min(valid, head) - next;
    found.lost += lost;
    value += lost;
    for (auto i = std::min(valid, head); i < head; ++i) {
        const auto& each = read[i - first];
        ++found.events;
        found.wrong += each.type == event_type::counter && each.object == ++value ? 0 : 1;
    }
    next = head;
}

run_options with_a_small_ring() {
    run_options options;
    options.trace.ring_size = 4096;
    options.trace.events = user_events;
    return options;
}

TEST(TraceReader, NeverSeesARowOfTwoFibersNorAnEventThatWasNot) {
    constexpr int rounds = 300;
    constexpr int fibers = 8;
    findings found;
    std::uint64_t written = 0;
    run(
        [&] {
            const second_mapping memory;
            ASSERT_TRUE(memory.found());
            this_fiber::sleep_for(std::chrono::milliseconds(1));  // then the recording has begun
            std::uint64_t next = memory.copy<loop>(loop_offset).head;
            std::atomic<bool> over = false;
            std::thread reader([&] {
                std::map<std::uint64_t, std::uint64_t> blocks;
                std::uint64_t value = 0;
                for (bool last = false; !last;) {
                    last = over.load();
                    look_at_rows(memory, blocks, found);
                    look_at_events(memory, next, value, found);
                }
            });
            for (int round = 0; round < rounds; ++round) {
                weft::event happened;
                std::vector<task<void>> waiting;
                for (int i = 0; i < fibers; ++i) {
                    waiting.push_back(spawn([&] { happened.wait(); }));
                }
                this_fiber::yield();
                happened.set();
                for (auto& each : waiting) {
                    each.get();
                    counter("written", static_cast<std::int64_t>(++written));
                }
            }
            over = true;
            reader.join();
        },
        with_a_small_ring());
    EXPECT_GT(found.rows, 0U);
    EXPECT_EQ(found.torn, 0U);
    EXPECT_EQ(found.wrong, 0U);
    EXPECT_EQ(found.events + found.lost, written);
}

}  // namespace
}  // namespace weft::trace
