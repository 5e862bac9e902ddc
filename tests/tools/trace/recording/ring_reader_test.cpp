// SPDX-License-Identifier: BSL-1.0
#include "recording/ring_reader.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

#include "support/fake_runtime.hpp"

namespace weft::test {
namespace {

using trace_tool::ring_reader;

// Each member says which event it is, so that a torn copy is seen.
trace::event numbered(std::uint64_t number) {
    const auto low = static_cast<std::uint32_t>(number);
    return {number, low, trace::event_type::mark, 0, 0, low, low, number};
}

bool whole(const trace::event& read) {
    const auto low = static_cast<std::uint32_t>(read.time);
    return read.object == read.time && read.fiber == low && read.x == low && read.stack == low;
}

void write(const fake_runtime& runtime, std::uint64_t first, std::uint64_t count) {
    for (std::uint64_t i = first; i < first + count; ++i) {
        runtime.write(numbered(i));
    }
}

TEST(RingReader, ReadsWhatWasWrittenSinceItsConstruction) {
    const fake_runtime runtime(8);
    write(runtime, 0, 3);
    const auto memory = runtime.attach();
    ring_reader reader(memory);
    write(runtime, 3, 2);
    std::vector<trace::event> events;
    EXPECT_EQ(reader.read(events, 100), 0U);
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[0].time, 3U);
    EXPECT_EQ(reader.read(events, 100), 0U);
    EXPECT_EQ(events.size(), 2U);
}

TEST(RingReader, ReadsTheOldestAfterRewinding) {
    const fake_runtime runtime(8);
    write(runtime, 0, 3);
    const auto memory = runtime.attach();
    ring_reader reader(memory);
    reader.rewind();
    std::vector<trace::event> events;
    EXPECT_EQ(reader.read(events, 100), 0U);
    EXPECT_EQ(events.size(), 3U);
}

TEST(RingReader, RewindsNotBeyondAnEventAndSaysWhatIsGone) {
    const fake_runtime runtime(8);
    const auto memory = runtime.attach();
    write(runtime, 0, 6);
    ring_reader reader(memory);
    EXPECT_EQ(reader.rewind(4), 0U);
    EXPECT_EQ(reader.next(), 4U);
    write(runtime, 6, 12);
    EXPECT_EQ(reader.rewind(4), 7U);
    EXPECT_EQ(reader.next(), 11U);
}

TEST(RingReader, TakesNoMoreThanAsked) {
    const fake_runtime runtime(8);
    const auto memory = runtime.attach();
    ring_reader reader(memory);
    write(runtime, 0, 5);
    std::vector<trace::event> events;
    reader.read(events, 2);
    EXPECT_EQ(events.size(), 2U);
    EXPECT_EQ(reader.next(), 2U);
}

// The slot of event 12 is that of event 4, which may be in the middle of being overwritten.
TEST(RingReader, CountsWhatWasOverwritten) {
    const fake_runtime runtime(8);
    const auto memory = runtime.attach();
    ring_reader reader(memory);
    write(runtime, 0, 12);
    std::vector<trace::event> events;
    EXPECT_EQ(reader.read(events, 100), 5U);
    ASSERT_EQ(events.size(), 7U);
    EXPECT_EQ(events.front().time, 5U);
    EXPECT_EQ(events.back().time, 11U);
}

TEST(RingReader, KnowsHowFullTheRingIs) {
    const fake_runtime runtime(8);
    const auto memory = runtime.attach();
    const ring_reader reader(memory);
    EXPECT_EQ(reader.fill(), 0);
    write(runtime, 0, 2);
    EXPECT_EQ(reader.fill(), 0.25);
    write(runtime, 2, 50);
    EXPECT_EQ(reader.fill(), 1);
}

TEST(RingReader, MakesNothingOfAHeadThatGoesBack) {
    const fake_runtime runtime(8);
    write(runtime, 0, 6);
    const auto memory = runtime.attach();
    ring_reader reader(memory);
    runtime.loop().head = 1;
    std::vector<trace::event> events;
    EXPECT_EQ(reader.read(events, 100), 0U);
    EXPECT_TRUE(events.empty());
    EXPECT_EQ(reader.fill(), 0);
}

// The writer never waits; the reader looks away for random times, of turns, not of a clock.
TEST(RingReader, AccountsForEveryEventWhileItIsOverrun) {
    constexpr std::uint64_t written = 3'000'000;
    const fake_runtime runtime(1024);
    const auto memory = runtime.attach();
    ring_reader reader(memory);
    std::atomic<bool> done{false};
    std::thread writer([&] {
        write(runtime, 0, written);
        done = true;
    });
    std::mt19937 random(7);
    std::vector<trace::event> events;
    std::uint64_t read = 0;
    std::uint64_t lost = 0;
    for (bool last = false; !last;) {
        last = done;
        for (auto away = random() % 3'000; away > 0 && !last; --away) {
            std::this_thread::yield();
        }
        events.clear();
        const auto missing = reader.read(events, 1 + random() % 4096);
        for (std::size_t i = 0; i < events.size(); ++i) {
            ASSERT_TRUE(whole(events[i]));
            ASSERT_EQ(events[i].time, read + lost + missing + i);
        }
        read += events.size();
        lost += missing;
        last = last && reader.next() == written;
    }
    writer.join();
    EXPECT_EQ(read + lost, written);
    EXPECT_GT(read, 0U);
    EXPECT_GT(lost, 0U);
}

}  // namespace
}  // namespace weft::test
