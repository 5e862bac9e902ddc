// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/cross_queue.hpp>
#include <weft/mutex.hpp>

#include <cstdint>
#include <mutex>

namespace weft::cross_thread {

/// Mutual exclusion between fibers of any runtime and threads; fair. See weft::mutex.
///
/// What a std::mutex between threads is for, but a fiber that waits for it lets the other fibers of
/// its thread run, and a fiber may hold it while it blocks.
/// Threads: any.
class mutex {
public:
    mutex() = default;
    mutex(const mutex&) = delete;
    mutex& operator=(const mutex&) = delete;
    ~mutex() = default;

    /// Blocks:       the fiber, or the thread, until it owns the mutex.
    /// Cancellation: of a fiber: throws cancelled; the mutex is not taken.
    /// \throws usage_error  if the caller owns it already.
    void lock();

    /// Takes the mutex if it is free. Never blocks.
    [[nodiscard]] bool try_lock();

    /// Hands the mutex to whoever has waited longest. Never blocks.
    ///
    /// \throws usage_error  if the caller does not own it.
    void unlock();

    /// The owner is a fiber's id, or a number that stands for a thread.
    [[nodiscard]] mutex_statistics statistics() const noexcept;

private:
    mutable std::mutex guard_;
    std::uint64_t owner_ = 0;  // 0: free
    detail::cross_queue waiters_;
};

}  // namespace weft::cross_thread
