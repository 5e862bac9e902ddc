// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/wait_queue.hpp>

#include <cstdint>

namespace weft {

/// Mutual exclusion between fibers of one runtime; fair: first come, first served.
///
/// A drop-in for std::mutex in std::unique_lock, std::scoped_lock and std::lock_guard.
/// Threads: only on the thread of its runtime.
class mutex {
public:
    mutex() = default;
    mutex(const mutex&) = delete;
    mutex& operator=(const mutex&) = delete;
    ~mutex() = default;

    /// Blocks:       until the caller owns the mutex.
    /// Cancellation: throws cancelled; the mutex is not taken.
    /// \throws usage_error  if the caller owns it already, or outside fibers.
    void lock();

    /// Takes the mutex if it is free. Never blocks.
    [[nodiscard]] bool try_lock();

    /// Hands the mutex to the fiber that has waited longest. Never blocks.
    ///
    /// \throws usage_error  if the caller does not own it.
    void unlock();

private:
    friend class condition_variable;

    /// lock() that ends only with the mutex in hand, whatever is cancelled meanwhile.
    void relock() noexcept;

    std::uint64_t owner_ = 0;  // id of the owning fiber; 0: free
    detail::wait_queue waiters_;
};

}  // namespace weft
