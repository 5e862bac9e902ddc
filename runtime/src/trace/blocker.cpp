// SPDX-License-Identifier: BSL-1.0
#include "trace/blocker.hpp"

#include <weft/mutex.hpp>
#include <weft/shared_mutex.hpp>

namespace weft::detail {

std::uint64_t holder_of(const fiber& waiter) noexcept {
    if (waiter.reason == wait_reason::mutex) {
        return static_cast<const mutex*>(waiter.wait_object)->statistics().owner;
    }
    return static_cast<const shared_mutex*>(waiter.wait_object)->statistics().owner;
}

std::uint64_t blocker_of(const fiber& waiter) noexcept {
    if (waiter.state != fiber_state::parked) {
        return 0;
    }
    if (is_lock(waiter.reason)) {
        return holder_of(waiter);
    }
    return waiter.reason == wait_reason::join ? joined_by(waiter)->id : 0;
}

}  // namespace weft::detail
