// SPDX-License-Identifier: BSL-1.0
//
// A ring that is full: the runtime waits for a reader that wants it to, as long as that lives.
#include <weft/run.hpp>
#include <weft/this_fiber.hpp>
#include <weft/trace.hpp>
#include <weft/trace_events.hpp>

#include "second_mapping.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <thread>

namespace weft::trace {
namespace {

using test::second_mapping;
using namespace std::chrono_literals;

run_options with_room_for_128_events() {
    run_options options;
    options.trace.ring_size = 4096;
    return options;
}

/// Asks the runtime to record and to wait, as the owner of a recording does.
std::uint64_t begin_to_record(const second_mapping& memory, std::chrono::nanoseconds lease) {
    const auto first = memory.copy<loop>(loop_offset).head;
    auto& asked = memory.control();
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    __atomic_store_n(&asked.owner, std::uint64_t{1}, __ATOMIC_RELAXED);
    __atomic_store_n(&asked.lease, static_cast<std::uint64_t>((now + lease) / 1ns),
                     __ATOMIC_RELAXED);
    __atomic_store_n(&asked.taken, first, __ATOMIC_RELAXED);
    __atomic_store_n(&asked.on_full, full_waits, __ATOMIC_RELAXED);
    __atomic_store_n(&asked.mask, user_events, __ATOMIC_RELEASE);
    this_fiber::sleep_for(1ns);  // a turn of the loop, which looks at it
    return first;
}

void write_counters(std::int64_t count) {
    for (std::int64_t value = 1; value <= count; ++value) {
        counter("written", value);
    }
}

/// Reads up to a counter with this value; returns how many came in their order.
std::int64_t read_counters(const second_mapping& memory, std::uint64_t next, std::int64_t last) {
    const auto events = memory.copy<header>(0).events;
    std::int64_t value = 0;
    while (value < last) {
        while (memory.copy<loop>(loop_offset).head <= next) {
            std::this_thread::yield();
        }
        const auto read = memory.copy<event>(events.offset + next % events.count * sizeof(event));
        if (read.type == event_type::counter) {
            if (static_cast<std::int64_t>(read.object) != value + 1) {
                break;
            }
            ++value;
        }
        __atomic_store_n(&memory.control().taken, ++next, __ATOMIC_RELEASE);
    }
    // So that a failure ends the test instead of making the runtime wait.
    __atomic_store_n(&memory.control().on_full, full_overwrites, __ATOMIC_RELEASE);
    return value;
}

TEST(TraceFullRing, NothingIsLostToAReaderThatIsWaitedFor) {
    constexpr std::int64_t count = 10'000;
    run(
        [&] {
            const second_mapping memory;
            ASSERT_TRUE(memory.found());
            const auto first = begin_to_record(memory, 1h);
            std::int64_t in_order = 0;
            std::thread reader([&] { in_order = read_counters(memory, first, count); });
            write_counters(count);
            reader.join();
            EXPECT_EQ(in_order, count);
            EXPECT_GT(memory.copy<loop>(loop_offset).full, 0U);
        },
        with_room_for_128_events());
}

TEST(TraceFullRing, AReaderThatDoesNotRenewItsLeaseIsNotWaitedFor) {
    run(
        [] {
            const second_mapping memory;
            ASSERT_TRUE(memory.found());
            const auto first = begin_to_record(memory, 1s);
            write_counters(1000);
            EXPECT_EQ(memory.copy<loop>(loop_offset).full, 1U);
            EXPECT_GE(memory.copy<loop>(loop_offset).head, first + 1000);
            this_fiber::sleep_for(1ns);
            EXPECT_EQ(memory.control().mask, 0U);  // and nothing is recorded for it any more
            EXPECT_EQ(memory.control().owner, 0U);
        },
        with_room_for_128_events());
}

TEST(TraceFullRing, NobodyIsWaitedForWhoHasNotAsked) {
    run(
        [] {
            const second_mapping memory;
            ASSERT_TRUE(memory.found());
            begin_to_record(memory, 1h);
            __atomic_store_n(&memory.control().on_full, full_overwrites, __ATOMIC_RELAXED);
            this_fiber::sleep_for(1ns);
            write_counters(1000);
            EXPECT_EQ(memory.copy<loop>(loop_offset).full, 0U);
        },
        with_room_for_128_events());
}

}  // namespace
}  // namespace weft::trace
