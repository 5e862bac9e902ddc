// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/wait_queue.hpp>

#include <cstddef>

namespace weft {

/// A latch at one moment.
struct latch_statistics {
    std::ptrdiff_t remaining;  ///< arrivals that are still missing
    std::size_t waiting;       ///< fibers that wait for them
};

/// Opens once, when enough have arrived, and stays open. In the shape of std::latch.
///
/// Threads: only on the thread of its runtime.
class latch {
public:
    /// \param expected  arrivals until it opens, 0 or more.
    /// \throws std::invalid_argument  if it is negative.
    explicit latch(std::ptrdiff_t expected);

    latch(const latch&) = delete;
    latch& operator=(const latch&) = delete;
    ~latch() = default;

    /// Counts `arrivals`; the last one wakes all who wait. Never blocks.
    ///
    /// \throws usage_error  if more arrive than are missing, or `arrivals` is negative.
    void count_down(std::ptrdiff_t arrivals = 1);

    /// Whether the latch is open. Never blocks.
    [[nodiscard]] bool try_wait() const noexcept { return remaining_ == 0; }

    /// Blocks:       until the latch is open.
    /// Cancellation: throws cancelled.
    void wait();

    /// count_down() and wait(). A cancelled caller has arrived, unless it was cancelled before the
    /// call.
    void arrive_and_wait(std::ptrdiff_t arrivals = 1);

    [[nodiscard]] latch_statistics statistics() const noexcept {
        return {.remaining = remaining_, .waiting = waiters_.size()};
    }

private:
    void wait_if_closed();

    std::ptrdiff_t remaining_;
    detail::wait_queue waiters_;
};

}  // namespace weft
