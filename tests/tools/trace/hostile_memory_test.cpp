// SPDX-License-Identifier: BSL-1.0
//
// A program that writes what it likes into the memory that the tool reads, while it reads.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weft/trace_events.hpp>

#include <algorithm>
#include <cstdint>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "support/fake_memory.hpp"
#include "support/run_tool.hpp"
#include "support/temporary_file.hpp"

namespace {

using weft::test::fake_memory;
using weft::test::run_tool;

/// Writes numbers of all sizes everywhere behind the header, most of them where the loop and the
/// control words stand, until it is destroyed.
class scribbler {
public:
    explicit scribbler(const fake_memory& into)
        : thread_([&into](const std::stop_token& stop) {
              std::mt19937_64 random(11);
              const std::size_t first = weft::trace::control_offset / 8;
              const std::size_t words = into.size() / 8 - first;
              constexpr std::size_t loop_words =
                  (weft::trace::loop_offset - weft::trace::control_offset +
                   sizeof(weft::trace::loop)) /
                  8;
              auto* begin = reinterpret_cast<std::uint64_t*>(into.begin()) + first;
              while (!stop.stop_requested()) {
                  const auto at = random() % (random() % 2 == 0 ? loop_words : words);
                  __atomic_store_n(begin + at, random() >> random() % 64, __ATOMIC_RELAXED);
              }
          }) {}

private:
    std::jthread thread_;
};

TEST(HostileMemory, NeverCrashesNorStopsTheToolThatReadsIt) {
    fake_memory memory(64);
    for (int i = 0; i < 32; ++i) {
        memory.add_fiber("fiber", weft::test::mutex_reason, 64);
    }
    memory.add_lock("lock", 64, 1);
    const scribbler writer(memory);
    const weft::test::temporary_file file;
    const std::vector<std::vector<std::string>> commands{
        {"ps"},
        {"ps", "--json"},
        {"ps", "--group"},
        {"ps", "--use"},
        {"tree"},
        {"locks"},
        {"deadlock"},
        {"stalls"},
        {"doctor"},
        {"stack", "--all"},
        {"top", "--plain", "--once"},
        {"record", "-o", file.path(), "--for", "0.05"},
    };
    constexpr int rounds = 4;
    for (int round = 0; round < rounds; ++round) {
        for (auto command : commands) {
            command.insert(command.begin() + 1, fake_memory::source());
            const int code = run_tool(command).code;
            EXPECT_TRUE(code >= 0 && code <= 3) << command.front();
        }
    }
}

// Each of two rows with one number seemed to have the children of both, and so had those.
TEST(HostileMemory, EachRowIsOnceInTheTree) {
    constexpr int generations = 24;
    fake_memory memory(2 * generations);
    for (std::uint64_t id = 1; id <= generations; ++id) {
        for (int i = 0; i < 2; ++i) {
            auto& row = memory.add_fiber("twin");
            row.id = id;
            row.parent = id - 1;
        }
    }
    const auto lines = run_tool({"tree", fake_memory::source()}).out;
    EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2 * generations);
}

}  // namespace
