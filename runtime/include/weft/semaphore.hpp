// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/wait_queue.hpp>

#include <cstddef>

namespace weft {

/// A count of permits; fair: a newcomer never overtakes a waiting fiber.
///
/// Threads: only on the thread of its runtime.
class counting_semaphore {
public:
    /// \param permits  to begin with, 0 or more.
    /// \throws std::invalid_argument  if it is negative.
    explicit counting_semaphore(std::ptrdiff_t permits);

    counting_semaphore(const counting_semaphore&) = delete;
    counting_semaphore& operator=(const counting_semaphore&) = delete;
    ~counting_semaphore() = default;

    /// Takes one permit.
    ///
    /// Blocks:       until there is one.
    /// Cancellation: throws cancelled; no permit is taken.
    void acquire();

    /// Takes a permit if one is free. Never blocks.
    [[nodiscard]] bool try_acquire() noexcept;

    /// Gives `permits` back, straight to those who wait. Never blocks.
    ///
    /// \throws std::invalid_argument  if `permits` is negative or the count would overflow.
    void release(std::ptrdiff_t permits = 1);

    /// Free permits.
    [[nodiscard]] std::ptrdiff_t available() const noexcept { return permits_; }

private:
    std::ptrdiff_t permits_;
    detail::wait_queue waiters_;
};

}  // namespace weft
