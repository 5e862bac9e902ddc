// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>
#include <weft/detail/wait_queue.hpp>

#include <cstddef>
#include <cstdint>

namespace weft {

/// A mutex at one moment.
struct mutex_statistics {
    std::uint64_t owner;  ///< id of the fiber that holds it; 0: free
    std::size_t waiting;  ///< fibers in line for it
};

/// Mutual exclusion between fibers of one runtime; fair: first come, first served.
///
/// A drop-in for std::mutex in std::unique_lock, std::scoped_lock and std::lock_guard.
/// Threads: only on the thread of its runtime; see cross_thread/mutex.hpp for the other kind.
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

    [[nodiscard]] mutex_statistics statistics() const noexcept {
        return {.owner = owner_, .waiting = waiters_.size()};
    }

protected:
    /// The part of a blocking lock that need not wait: checks for cancellation and misuse, then
    /// tries.
    bool lock_at_once();

    /// Waits after lock_at_once() has failed. Returns false if the deadline came first.
    bool wait_until(clock::time_point deadline);

    [[nodiscard]] bool owned_by_caller() const noexcept;

private:
    friend class condition_variable;

    /// lock() that ends only with the mutex in hand, whatever is cancelled meanwhile.
    void relock() noexcept;

    std::uint64_t owner_ = 0;  // id of the owning fiber
    detail::wait_queue waiters_;
};

}  // namespace weft
