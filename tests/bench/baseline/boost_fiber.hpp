// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

namespace weft::bench {

/// CPU nanoseconds for each yield of two fibers of Boost.Fiber: round_robin, linked statically.
[[nodiscard]] double boost_fiber_yield_ns(std::size_t yields);

/// The same on whatever algorithm the thread has.
[[nodiscard]] double boost_yield_ns(std::size_t yields);

/// CPU nanoseconds for starting and joining an empty boost::fibers::fiber: pooled stacks,
/// round_robin, linked statically.
[[nodiscard]] double boost_fiber_spawn_ns(std::size_t fibers);

/// CPU nanoseconds for each item that one fiber gives another through an unbuffered_channel.
[[nodiscard]] double boost_fiber_channel_ns(std::size_t items);

}  // namespace weft::bench
