// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/wait_queue.hpp>

#include <cstddef>
#include <limits>

namespace weft {

namespace detail {
struct selectable;
}

/// A semaphore at one moment.
struct semaphore_statistics {
    std::ptrdiff_t available;  ///< free permits
    std::size_t waiting;       ///< fibers in line for one
};

/// A count of permits; fair: a newcomer never overtakes a waiting fiber.
///
/// Threads: only on the thread of its runtime.
class counting_semaphore {
public:
    /// \param permits  to begin with, 0 or more.
    /// \param most     permits there can be: a release beyond is refused.
    /// \throws std::invalid_argument  if `permits` is negative or more than `most`.
    explicit counting_semaphore(std::ptrdiff_t permits,
                                std::ptrdiff_t most = std::numeric_limits<std::ptrdiff_t>::max());

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
    /// \throws std::invalid_argument  if `permits` is negative or there would be more than `most`.
    void release(std::ptrdiff_t permits = 1);

    /// Free permits.
    [[nodiscard]] std::ptrdiff_t available() const noexcept { return permits_; }

    [[nodiscard]] semaphore_statistics statistics() const noexcept {
        return {.available = permits_, .waiting = waiters_.size()};
    }

private:
    friend struct detail::selectable;

    std::ptrdiff_t permits_;
    std::ptrdiff_t most_;
    detail::wait_queue waiters_;
};

}  // namespace weft
