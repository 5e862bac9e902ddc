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
using MemorySlow = test::runtime_test;

constexpr int crowd = test::sanitized() ? 2'000 : 100'000;

/// A crowd of fibers that are all alive at once.
void come_and_go() {
    event all_there;
    std::vector<task<>> all;
    all.reserve(crowd);
    for (int i = 0; i < crowd; ++i) {
        all.push_back(spawn([&] { all_there.wait(); }));
    }
    this_fiber::yield();
    all_there.set();
    for (auto& each : all) {
        each.get();
    }
}

// Scenario 4: 100,000 fibers, ten times; memory and descriptors are back within 5 %.
TEST_F(MemorySlow, CrowdsLeaveNothingBehind) {
    options.time = time_source::monotonic;
    run([] {
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
        come_and_go();
        come_and_go();  // lists reach their size with the second crowd
        const std::size_t descriptors = test::open_descriptors();
        const std::size_t first = trimmed();
        for (int i = 0; i < 8; ++i) {
            come_and_go();
        }
        const std::size_t last = trimmed();
        EXPECT_LE(last, first + first / 20 + (test::sanitized() ? first / 5 : 0));
        EXPECT_EQ(test::open_descriptors(), descriptors);
        if (!test::sanitized()) {
            EXPECT_LT(last, std::size_t{64} << 20) << "stacks that are not needed stay";
        }
    });
}

}  // namespace
}  // namespace weft
