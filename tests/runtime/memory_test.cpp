// SPDX-License-Identifier: BSL-1.0
//
// Memory and descriptors come back, however many fibers there were.
#include <weft/event.hpp>
#include <weft/run.hpp>
#include <weft/task.hpp>

#include "support/process_facts.hpp"
#include "support/runtime_test.hpp"

#include <chrono>
#include <cstddef>
#include <fstream>
#include <utility>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;
using test::resident_bytes;

/// A crowd of fibers that are all alive at once.
void come_and_go(int crowd) {
    event all_there;
    std::vector<task<>> all;
    all.reserve(static_cast<std::size_t>(crowd));
    for (int i = 0; i < crowd; ++i) {
        all.push_back(spawn([&] { all_there.wait(); }));
    }
    this_fiber::yield();
    all_there.set();
    for (auto& each : all) {
        each.get();
    }
}

class Memory : public test::runtime_test {
protected:
    Memory() { use_real_time(); }

    /// A crowd comes and goes ten times; memory and descriptors are back within 5 %.
    static void expect_nothing_left_by(int crowd);
};

void Memory::expect_nothing_left_by(int crowd) {
    const auto trimmed = [] {  // once the idle runtime gives nothing more back
        std::size_t before = 0;
        std::size_t now = resident_bytes();
        do {
            before = std::exchange(now, 0);
            this_fiber::sleep_for(20ms);
            now = resident_bytes();
        } while (now < before);
        return now;
    };
    const std::size_t others = resident_bytes();  // what tests before this one have left
    come_and_go(crowd);
    come_and_go(crowd);  // lists reach their size with the second crowd
    const std::size_t descriptors = test::open_descriptors();
    const std::size_t first = trimmed();
    for (int i = 0; i < 8; ++i) {
        come_and_go(crowd);
    }
    const std::size_t last = trimmed();
    EXPECT_LE(last, first + first / 20 + (test::sanitized() ? first / 5 : 0));
    EXPECT_EQ(test::open_descriptors(), descriptors);
    if (!test::sanitized()) {
        EXPECT_LT(last, others + (std::size_t{64} << 20)) << "stacks that are not needed stay";
    }
}

using MemorySlow = Memory;
using MemoryLong = Memory;

FIBER_TEST_F(MemorySlow, CrowdsLeaveNothingBehind) {
    expect_nothing_left_by(test::sanitized() ? 2'000 : 20'000);
}

// Scenario 4: 100,000 fibers, ten times.
FIBER_TEST_F(MemoryLong, CrowdsLeaveNothingBehind) {
    expect_nothing_left_by(100'000);
}

}  // namespace
}  // namespace weft
