// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/run.hpp>

#include <cstddef>

namespace weft::bench {

// What weft does in the benchmarks that hold for each engine.

/// CPU nanoseconds for each yield of `fibers` fibers that are always ready.
[[nodiscard]] double weft_yield_ns(std::size_t fibers, std::size_t laps, std::size_t stack_size,
                                   engine_maker engine = nullptr);

/// CPU nanoseconds for starting and joining an empty fiber.
[[nodiscard]] double weft_spawn_ns(std::size_t fibers, engine_maker engine = nullptr);

/// CPU nanoseconds for each of two fibers to wake the other through a semaphore.
[[nodiscard]] double weft_semaphore_ns(std::size_t handoffs, engine_maker engine = nullptr);

}  // namespace weft::bench
