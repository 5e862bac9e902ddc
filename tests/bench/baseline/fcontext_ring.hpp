// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

namespace weft::bench {

/// CPU nanoseconds per jump when `stacks` plain stacks jump round-robin, `laps` times around.
///
/// The limit of any fiber engine on Boost.Context that lays its stacks out plainly: no queue,
/// nothing saved but the registers.
/// \param stacks  2 or more.
/// \param stride  bytes from one stack to the next, whole pages.
/// \throws std::system_error  if the memory is not to be had.
[[nodiscard]] double fcontext_jump_ns(std::size_t stacks, std::size_t laps, std::size_t stride);

}  // namespace weft::bench
