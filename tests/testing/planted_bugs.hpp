// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// What planted bugs have in common: each program exists with its bug and without, and the
/// simulation must find the one and nothing in the other.

#include <weft/testing/simulate.hpp>

#include <gtest/gtest.h>

#include <functional>

namespace weft::testing {

/// Whether the bug is in the program.
enum class variant : bool { planted, fixed };

using planted_program = std::function<void(simulation&, variant)>;

/// A seed among the first thousand shows the bug, again when it is repeated; and none is found
/// where there is none.
inline void expect_found(const planted_program& program, const simulation_options& options = {}) {
    constexpr std::uint64_t seeds = 1'000;
    const auto planted = [&](simulation& world) { program(world, variant::planted); };
    const auto found = find_failing_seed(seeds, planted, options);
    ASSERT_TRUE(found.has_value()) << "the planted bug was not found";
    const auto again = simulate(found->seed, planted, options);
    EXPECT_EQ(again.failure.empty(), found->failure.empty());
    EXPECT_EQ(again.trace(), found->trace());

    const auto fixed = [&](simulation& world) { program(world, variant::fixed); };
    const auto wrong = find_failing_seed(seeds, fixed, options);
    EXPECT_FALSE(wrong.has_value()) << "seed " << wrong->seed << ": " << wrong->failure << "\n"
                                    << wrong->trace().substr(0, 4'000);
}

}  // namespace weft::testing
