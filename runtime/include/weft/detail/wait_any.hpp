// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>
#include <weft/detail/wait_queue.hpp>

#include <cstddef>
#include <span>

namespace weft::detail {

/// One of the queues in which a fiber waits at the same time.
struct wait_place {
    wait_queue* queue = nullptr;  // null: this place is not waited in
    waiter self;
};

/// What wait_any() returns when the deadline came first.
inline constexpr std::size_t no_place = static_cast<std::size_t>(-1);

/// Parks the running fiber in all `places` until it is chosen in one, or until the deadline.
/// Returns which.
///
/// Whoever chooses it takes it out of all other places in the same moment, so that exactly one
/// hands something over. Cancellation: throws cancelled; it has left all places.
/// \throws std::bad_alloc  if there is no memory for the timer.
std::size_t wait_any(std::span<wait_place> places, clock::time_point deadline, wait_reason reason,
                     const void* object);

/// wait_any() for one queue. Returns whether the fiber was chosen in time.
bool wait_until(wait_queue& queue, void* slot, clock::time_point deadline, wait_reason reason,
                const void* object);

}  // namespace weft::detail
