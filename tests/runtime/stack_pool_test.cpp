// SPDX-License-Identifier: BSL-1.0
#include "stack_pool.hpp"

#include "stack_memory.hpp"

#include <sys/mman.h>

#include <gtest/gtest.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace weft::detail {
namespace {

constexpr std::size_t small = 64 * 1024;

/// Pages of the stack that are in memory.
std::size_t resident_pages(const stack& of) {
    std::vector<unsigned char> pages(of.size / page_size);
    EXPECT_EQ(::mincore(of.low, of.size, pages.data()), 0);
    std::size_t count = 0;
    for (const auto each : pages) {
        count += each & 1U;
    }
    return count;
}

void touch(const stack& used) {
    std::memset(used.low, 1, used.size);
}

TEST(StackPool, SizesAreWholePages) {
    stack_pool pool;
    for (const std::size_t size : {std::size_t{1}, page_size, page_size + 1, small}) {
        const stack made = pool.allocate(size);
        EXPECT_GE(made.size, size);
        EXPECT_EQ(made.size % page_size, 0U);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(made.low) % page_size, 0U);
        pool.release(made);
    }
}

TEST(StackPool, StacksDoNotOverlap) {
    stack_pool pool;
    std::set<std::pair<std::byte*, std::byte*>> used;
    std::vector<stack> stacks;
    for (int i = 0; i < 100; ++i) {  // several slabs
        stacks.push_back(pool.allocate(small));
        used.insert({stacks.back().low - page_size, stacks.back().low + small});
    }
    std::byte* end = nullptr;
    for (const auto& [low, high] : used) {
        EXPECT_LE(end, low);
        end = high;
    }
    for (const auto& each : stacks) {
        pool.release(each);
    }
}

TEST(StackPool, TheLastOneReleasedIsReusedFirst) {
    stack_pool pool;
    const stack first = pool.allocate(small);
    const stack second = pool.allocate(small);
    pool.release(first);
    pool.release(second);
    EXPECT_EQ(pool.allocate(small).low, second.low);
    EXPECT_EQ(pool.allocate(small).low, first.low);
}

TEST(StackPool, SizesAreKeptApart) {
    stack_pool pool;
    const stack first = pool.allocate(small);
    pool.release(first);
    const stack other = pool.allocate(2 * small);
    EXPECT_NE(other.low, first.low);
    EXPECT_EQ(pool.allocate(small).low, first.low);
    pool.release(other);
    EXPECT_EQ(pool.allocate(2 * small).low, other.low);
}

// Neighbours must not put the same frames into the same cache sets.
TEST(StackPool, NeighboursDifferInColour) {
    stack_pool pool;
    std::set<std::size_t> places;
    for (int i = 0; i < 10; ++i) {
        const stack made = pool.allocate(small);
        EXPECT_EQ(made.colour % 64, 0U);
        EXPECT_LT(made.colour, page_size / 2);
        places.insert(reinterpret_cast<std::uintptr_t>(made.top()) % (64 * 1024));
    }
    EXPECT_EQ(places.size(), 10U);
}

TEST(StackPool, MemoryComesWithTheFirstTouch) {
    stack_pool pool;
    const stack made = pool.allocate(small);
    EXPECT_EQ(resident_pages(made), 0U);
    *(made.top() - 1) = std::byte{1};
    EXPECT_EQ(resident_pages(made), 1U);
    pool.release(made);
}

TEST(StackPool, TrimKeepsSomeAndGivesTheRestBack) {
    stack_pool pool;
    std::vector<stack> stacks;
    const std::size_t count = stack_pool::kept + 200;
    for (std::size_t i = 0; i < count; ++i) {
        stacks.push_back(pool.allocate(4 * page_size));
        touch(stacks.back());
    }
    EXPECT_FALSE(pool.trim()) << "nothing is free";
    for (const auto& each : stacks) {
        pool.release(each);
    }
    int turns = 1;
    while (pool.trim()) {
        ++turns;
    }
    EXPECT_GT(turns, 1) << "a turn gives back only so much";
    std::size_t cold = 0;
    for (const auto& each : stacks) {
        cold += resident_pages(each) == 0 ? 1U : 0U;
    }
    EXPECT_EQ(cold, 200U);
    EXPECT_FALSE(pool.trim());
    EXPECT_EQ(resident_pages(stacks.back()), 4U) << "those used last are kept";
}

TEST(StackPool, TrimmedStacksAreUsedAgainAndAllAreFound) {
    stack_pool pool;
    const std::size_t count = stack_pool::kept + 100;
    for (int round = 0; round < 3; ++round) {
        std::set<std::byte*> seen;
        std::vector<stack> stacks;
        for (std::size_t i = 0; i < count; ++i) {
            stacks.push_back(pool.allocate(4 * page_size));
            EXPECT_TRUE(seen.insert(stacks.back().low).second) << "handed out twice";
            *(stacks.back().top() - 1) = std::byte{1};
        }
        for (const auto& each : stacks) {
            pool.release(each);
        }
        while (pool.trim()) {
        }
    }
}

TEST(StackPool, KnowsWhichStackAGuardBelongsTo) {
    stack_pool pool;
    std::vector<stack> stacks;
    for (int i = 0; i < 40; ++i) {
        stacks.push_back(pool.allocate(small));
    }
    const stack& some = stacks[33];
    for (const std::ptrdiff_t below : {std::ptrdiff_t{1}, std::ptrdiff_t{4096}}) {
        const auto found = pool.guarded_by(some.low - below);
        ASSERT_TRUE(found.has_value());
        EXPECT_EQ(found->low, some.low);
        EXPECT_EQ(found->size, some.size);
    }
    EXPECT_FALSE(pool.guarded_by(some.low).has_value());
    EXPECT_FALSE(pool.guarded_by(some.top() - 1).has_value());
    int here = 0;
    EXPECT_FALSE(pool.guarded_by(reinterpret_cast<std::byte*>(&here)).has_value());
}

TEST(StackPool, ImpossibleSizesAreRefused) {
    stack_pool pool;
    EXPECT_THROW(static_cast<void>(pool.allocate(std::size_t{1} << 60)), std::system_error);
    const stack made = pool.allocate(small);  // and the pool goes on
    touch(made);
    pool.release(made);
}

/// Whether touching the byte ends the process.
void expect_fatal(std::byte* address) {
    EXPECT_DEATH(*const_cast<volatile std::byte*>(address) = std::byte{1}, "");
}

TEST(StackMemory, GuardIsFatalToTouch) {
    std::byte* low = reserve_memory(4 * page_size);
    install_guard(low + page_size);
    low[0] = low[2 * page_size] = std::byte{1};
    expect_fatal(low + page_size);
    expect_fatal(low + 2 * page_size - 1);
    release_memory(low, 4 * page_size);
}

// Linux before 6.13 has no MADV_GUARD_INSTALL.
TEST(StackMemory, MprotectGuardIsFatalToTouch) {
    force_mprotect_guards(true);
    std::byte* low = reserve_memory(4 * page_size);
    install_guard(low + page_size);
    low[0] = low[2 * page_size] = std::byte{1};
    expect_fatal(low + page_size);
    release_memory(low, 4 * page_size);
    stack_pool pool;
    const stack made = pool.allocate(small);
    touch(made);
    expect_fatal(made.low - 1);
    force_mprotect_guards(false);
}

TEST(StackMemory, GuardSurvivesADiscard) {
    std::byte* low = reserve_memory(4 * page_size);
    install_guard(low);
    low[page_size] = std::byte{7};
    discard_memory(low + page_size, 3 * page_size);
    EXPECT_EQ(low[page_size], std::byte{0});
    expect_fatal(low);
    release_memory(low, 4 * page_size);
}

TEST(StackMemory, RefusalNamesTheSize) {
    try {
        static_cast<void>(reserve_memory(std::size_t{1} << 60));
        FAIL() << "it was reserved";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code().value(), ENOMEM);
        EXPECT_NE(std::string(error.what()).find("1152921504606846976 bytes"), std::string::npos);
    }
}

}  // namespace
}  // namespace weft::detail
