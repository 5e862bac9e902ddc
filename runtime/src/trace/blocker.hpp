// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "fiber.hpp"

#include <cstdint>

namespace weft::detail {

/// Whether what is waited for with a reason is held by fibers that are known.
[[nodiscard]] constexpr bool is_lock(wait_reason reason) noexcept {
    return reason == wait_reason::mutex || reason == wait_reason::shared_mutex;
}

/// The id of the fiber that holds the lock for which `waiter` waits; 0 if none does, or several
/// share it.
[[nodiscard]] std::uint64_t holder_of(const fiber& waiter) noexcept;

/// The fiber for whose end `waiter` waits.
[[nodiscard]] inline const fiber* joined_by(const fiber& waiter) noexcept {
    return static_cast<const task_state*>(waiter.wait_object)->owner;
}

/// The id of the one fiber without which `waiter` cannot go on; 0 if there is no such.
[[nodiscard]] std::uint64_t blocker_of(const fiber& waiter) noexcept;

}  // namespace weft::detail
