// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace weft::testing::detail {

/// The fibers of the calling fiber's runtime that have not ended, the oldest first, but for those
/// `left_out`: name, state, what it waits for and where it was spawned, a line each. Empty if there
/// are none.
[[nodiscard]] std::string list_fibers(std::span<const std::uint64_t> left_out);

/// The same with their stacks.
[[nodiscard]] std::string dump_fibers(std::span<const std::uint64_t> left_out);

}  // namespace weft::testing::detail
