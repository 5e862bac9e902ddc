// SPDX-License-Identifier: BSL-1.0

#include "memory/mapped_memory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weft/trace_events.hpp>

#include <cstddef>
#include <cstring>
#include <functional>
#include <random>
#include <thread>

#include "memory/shrinking.hpp"
#include "state/runtime_state.hpp"
#include "support/fake_memory.hpp"
#include "support/forked.hpp"

namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;
using weft::test::fake_memory;
using weft::trace_tool::bad_memory;
using weft::trace_tool::mapped_memory;

struct damage {
    const char* name;
    std::function<void(weft::trace::header&)> make;
    const char* complaint;
};

void expect_refused(const damage& done) {
    fake_memory memory;
    done.make(memory.header());
    EXPECT_THAT([&] { mapped_memory mapped(memory.fd()); },
                ThrowsMessage<bad_memory>(HasSubstr(done.complaint)))
        << done.name;
}

// Members are only added within a version: what an older runtime does not know is 0, whatever
// stands behind its header.
TEST(TraceMemory, HeaderOfAnOlderRuntimeIsTakenAndEndsWhereItSays) {
    using weft::trace::header;
    fake_memory memory;
    memory.header().size = offsetof(header, context_inside);
    memory.header().context_inside = 12345;
    const mapped_memory mapped(memory.fd());
    EXPECT_EQ(mapped.header().context_inside, 0U);
    EXPECT_EQ(mapped.header().asked.offset, memory.header().asked.offset);
    memory.header().size = sizeof(header);
    EXPECT_EQ(mapped_memory(memory.fd()).header().context_inside, 12345U);
    expect_refused(
        {"shorter", [](header& h) { h.size = offsetof(header, context_inside) - 1; }, "too short"});
}

TEST(TraceMemory, EveryLieInTheHeaderIsRefused) {
    using weft::trace::header;
    constexpr std::uint64_t huge = ~std::uint64_t{0} / 2;
    const damage all[] = {
        {"magic", [](header& h) { h.magic = 1; }, "does not begin as"},
        {"version", [](header& h) { h.version = 2; }, "version 2"},
        {"size", [](header& h) { h.size = 8; }, "too short"},
        {"whole", [](header& h) { h.whole = huge; }, "cut off"},
        {"offset", [](header& h) { h.rows.offset = huge; }, "fiber rows are not inside"},
        {"count", [](header& h) { h.objects.count = huge; }, "object rows are not inside"},
        {"product", [](header& h) { h.rows.count = 1ULL << 60; }, "fiber rows are not inside"},
        {"entry", [](header& h) { h.rows.entry_size = 8; }, "fiber rows are not inside"},
        {"no entry",
         [](header& h) {
             h.stacks = {4096, 0, 1};
         },
         "stacks are not inside"},
        {"alignment",
         [](header& h) {
             h.rows.offset += 4;
             --h.rows.count;
         },
         "not aligned"},
        {"events",
         [](header& h) {
             h.events = {4096, 32, 3};
         },
         "sizes that they cannot have"},
        {"strings",
         [](header& h) {
             h.strings = {4096, 2, 8};
         },
         "sizes that they cannot have"},
    };
    for (const damage& each : all) {
        expect_refused(each);
    }
}

TEST(TraceMemory, OneThatIsShorterThanAPageIsRefused) {
    fake_memory memory;
    ASSERT_EQ(::ftruncate(memory.fd(), 100), 0);
    EXPECT_THAT([&] { mapped_memory mapped(memory.fd()); },
                ThrowsMessage<bad_memory>("it is too small"));
}

TEST(TraceMemory, LongerRowsOfALaterWeftAreUnderstood) {
    fake_memory memory(8);
    memory.add_fiber("first");
    std::memmove(memory.begin() + weft::trace::page + 256, &memory.row(0),
                 sizeof(weft::trace::fiber_row));
    memory.header().rows = {weft::trace::page, 256, 4};
    const mapped_memory mapped(memory.fd());
    EXPECT_EQ(weft::trace_tool::text_of(mapped.fiber(1)->name), "first");
    EXPECT_FALSE(mapped.fiber(4).has_value());
}

TEST(TraceMemory, RowThatNeverStandsStillIsCountedAndNotShown) {
    fake_memory memory;
    memory.add_fiber("steady");
    memory.add_fiber("changing").version = 1;
    const auto state = weft::trace_tool::read_state(mapped_memory(memory.fd()), true);
    EXPECT_EQ(state.fibers.size(), 1U);
    EXPECT_EQ(state.unreadable, 1U);
}

TEST(TraceMemory, RowIsNeverSeenHalfChanged) {
    fake_memory memory;
    weft::trace::fiber_row& row = memory.add_fiber("changing");
    row.unused_word = row.id;
    const std::jthread writer([&row](const std::stop_token& stop) {
        for (std::uint64_t i = 1; !stop.stop_requested(); ++i) {
            __atomic_store_n(&row.version, row.version + 1, __ATOMIC_RELAXED);
            __atomic_thread_fence(__ATOMIC_RELEASE);
            __atomic_store_n(&row.id, i, __ATOMIC_RELAXED);
            __atomic_store_n(&row.unused_word, i, __ATOMIC_RELAXED);
            __atomic_store_n(&row.version, row.version + 1, __ATOMIC_RELEASE);
        }
    });
    const mapped_memory mapped(memory.fd());
    int read = 0;
    for (int i = 0; i < 10'000; ++i) {
        const auto seen = mapped.fiber(0);
        read += seen ? 1 : 0;
        ASSERT_TRUE(!seen || seen->id == seen->unused_word);
    }
    EXPECT_GT(read, 0);
}

// A wait writes the object first, while the state is that of before, and then the whole first word.
TEST(TraceMemory, RowIsNeverSeenWithTheObjectOfItsNextWait) {
    using weft::trace::row_state;
    fake_memory memory;
    weft::trace::fiber_row& row = memory.add_fiber("waiting", weft::test::mutex_reason);
    auto* head = reinterpret_cast<std::uint64_t*>(&row);
    const std::uint64_t parked = *head & ~std::uint64_t{0xffff'ffff};
    const std::uint64_t ready = parked ^ (std::uint64_t{1} << 32);  // 3 and 2
    const std::jthread writer([&, head](const std::stop_token& stop) {
        for (std::uint64_t i = 1; !stop.stop_requested(); ++i) {
            __atomic_store_n(head, ready | 2 * (i - 1), __ATOMIC_RELEASE);
            __atomic_store_n(&row.object, i, __ATOMIC_RELEASE);
            for (int pause = 0; pause < 50; ++pause) {
                (void)__atomic_load_n(head, __ATOMIC_ACQUIRE);
            }
            __atomic_store_n(head, parked | 2 * i, __ATOMIC_RELEASE);
        }
    });
    const mapped_memory mapped(memory.fd());
    int wrong = 0;
    std::uint32_t last = 0;
    for (int moved = 0; moved < 100'000;) {
        const auto seen = mapped.fiber(0);
        moved += seen && std::exchange(last, seen->version) != seen->version ? 1 : 0;
        const bool waits = seen && seen->state == row_state::parked && seen->version != 0;
        wrong += waits && seen->object != seen->version / 2 ? 1 : 0;
    }
    EXPECT_EQ(wrong, 0);
}

TEST(TraceMemory, StringsAndStacksOutsideTheirSectionAreEmptyOrCutOff) {
    fake_memory memory;
    const std::uint32_t good = memory.add_string("name");
    auto* strings = memory.begin() + memory.header().strings.offset;
    const std::uint32_t endless = ~std::uint32_t{0};
    std::memcpy(strings + 16, &endless, sizeof endless);
    memory.header().stacks = {memory.header().strings.offset, 8, 2};
    const mapped_memory mapped(memory.fd());
    EXPECT_EQ(mapped.string(good), "name");
    EXPECT_EQ(mapped.string(0), "");
    EXPECT_EQ(mapped.string(endless), "");
    EXPECT_EQ(mapped.string(3).size(), fake_memory::string_bytes - 16 - sizeof endless);
    EXPECT_TRUE(mapped.stack_of(endless).frames.empty());
    EXPECT_LE(mapped.stack_of(1).frames.size(), 1U);
}

TEST(TraceMemory, FileThatShrinksWhileItIsReadEndsTheToolWithAReason) {
    const weft::test::forked reader([] {
        const fake_memory memory;
        const mapped_memory mapped(memory.fd());
        weft::trace_tool::refuse_shrinking_memory();
        (void)!::ftruncate(memory.fd(), 0);
        ::_exit(mapped.loop().live == 0 ? 100 : 101);
    });
    EXPECT_EQ(reader.exit_code(), 3);
}

/// Reads all that can be read; whatever it says, it must not crash.
void read_everything(const fake_memory& memory) {
    try {
        const mapped_memory mapped(memory.fd());
        const auto state = weft::trace_tool::read_state(mapped, true);
        for (const auto& fiber : state.fibers) {
            (void)weft::trace_tool::reason_of(fiber, state);
            (void)mapped.stack_of(fiber.wait_stack);
        }
    } catch (const bad_memory&) {
    }
}

TEST(TraceMemory, RandomDamageNeverCrashesTheReader) {
    constexpr int rounds = 1000;
    fake_memory memory(16);
    for (int i = 0; i < 8; ++i) {
        memory.add_fiber("fiber", weft::test::mutex_reason, 64);
        memory.add_lock("lock", 64, 1);
    }
    const std::vector<std::byte> good(memory.begin(), memory.begin() + memory.size());
    std::mt19937 random(7);
    int refused = 0;
    for (int round = 0; round < rounds; ++round) {
        std::copy(good.begin(), good.end(), memory.begin());
        for (unsigned i = 0; i <= random() % 8; ++i) {
            const std::size_t end = random() % 2 == 0 ? 256 : memory.size();
            memory.begin()[random() % end] = static_cast<std::byte>(random());
        }
        refused += memory.header().magic != weft::trace::magic ? 1 : 0;
        read_everything(memory);
    }
    EXPECT_GT(refused, 0);
    EXPECT_LT(refused, rounds / 2);
}

}  // namespace
