// SPDX-License-Identifier: BSL-1.0
#include "trace/registry.hpp"

#include <weft/event.hpp>
#include <weft/task.hpp>

#include "fiber.hpp"

#include "support/runtime_test.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <thread>

namespace weft::detail {
namespace {

using Registry = test::runtime_test;

/// Reads memory as a debugger would: by address and offset, without the types.
template <class T>
T read_at(const void* base, std::uint32_t offset) {
    T value;
    std::memcpy(&value, static_cast<const std::byte*>(base) + offset, sizeof value);
    return value;
}

struct row {
    std::string name;
    std::uint64_t parent;
    fiber_state state;
    wait_reason reason;
    const void* object;
    std::byte* stack_low;
    std::size_t stack_size;
};

/// All fibers of all runtimes by id, found through the exported symbol only.
std::map<std::uint64_t, row> all_fibers() {
    const auto& map = weft_fiber_registry;
    std::map<std::uint64_t, row> found;
    for (const void* list = map.runtimes; list != nullptr;
         list = read_at<const void*>(list, map.list_next)) {
        for (const void* each = read_at<const void*>(list, map.list_first); each != nullptr;
             each = read_at<const void*>(each, map.fiber_next)) {
            found[read_at<std::uint64_t>(each, map.fiber_id)] = {
                read_at<std::array<char, 32>>(each, map.fiber_name).data(),
                read_at<std::uint64_t>(each, map.fiber_parent),
                read_at<fiber_state>(each, map.fiber_state),
                read_at<wait_reason>(each, map.fiber_reason),
                read_at<const void*>(each, map.fiber_wait_object),
                read_at<std::byte*>(each, map.fiber_stack_low),
                read_at<std::size_t>(each, map.fiber_stack_size),
            };
        }
    }
    return found;
}

TEST_F(Registry, SaysWhatItIs) {
    EXPECT_EQ(std::memcmp(&weft_fiber_registry.magic, "weft", 4), 0);
    EXPECT_EQ(weft_fiber_registry.version, 1U);
    EXPECT_EQ(weft_fiber_registry.runtimes, nullptr);
}

TEST_F(Registry, ShowsEveryFiberWithItsState) {
    run([] {
        event never_set;
        auto waiting = spawn([&] { never_set.wait(); }, {.name = "waiting"});
        let_others_run();
        auto fresh = spawn([] {}, {.name = "fresh"});
        auto fibers = all_fibers();
        EXPECT_EQ(fibers.size(), 3U);
        EXPECT_EQ(fibers[this_fiber::id()].name, "main");
        EXPECT_EQ(fibers[this_fiber::id()].state, fiber_state::running);
        const row& parked = fibers[waiting.id()];
        EXPECT_EQ(parked.name, "waiting");
        EXPECT_EQ(parked.parent, this_fiber::id());
        EXPECT_EQ(parked.state, fiber_state::parked);
        EXPECT_EQ(parked.reason, wait_reason::event);
        EXPECT_EQ(parked.object, &never_set);
        EXPECT_EQ(fibers[fresh.id()].state, fiber_state::ready);
        never_set.set();
        waiting.get();
        fresh.get();
        // Those that have finished may be seen until their stacks are needed again.
        fibers = all_fibers();
        std::erase_if(fibers,
                      [](const auto& each) { return each.second.state == fiber_state::finished; });
        EXPECT_EQ(fibers.size(), 1U);
    });
    EXPECT_TRUE(all_fibers().empty());
}

FIBER_TEST_F(Registry, KnowsTheStacks) {
    spawn(
        [] {
            int here = 0;
            const auto self = all_fibers()[this_fiber::id()];
            if (!test::sanitized()) {  // whose locals may stand elsewhere
                EXPECT_GE(reinterpret_cast<std::byte*>(&here), self.stack_low);
                EXPECT_LT(reinterpret_cast<std::byte*>(&here), self.stack_low + self.stack_size);
            }
            EXPECT_EQ(self.stack_size, 64U * 1024);
        },
        {.stack_size = 64 * 1024})
        .get();
}

FIBER_TEST_F(Registry, PostedFibersHaveNoParent) {
    event done;
    current_runtime().post([&] {
        EXPECT_EQ(all_fibers()[this_fiber::id()].parent, 0U);
        done.set();
    });
    done.wait();
    let_others_run();
}

FIBER_TEST_F(Registry, ShowsTheRuntimesOfAllThreads) {
    std::uint64_t other = 0;
    std::thread thread([&] { weft::run([&] { other = this_fiber::id(); }); });
    thread.join();
    EXPECT_FALSE(all_fibers().contains(other)) << "that runtime has ended";
    std::thread second([&] { weft::run([] { EXPECT_EQ(all_fibers().size(), 2U); }); });
    second.join();
}

}  // namespace
}  // namespace weft::detail
