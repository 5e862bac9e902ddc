// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/wait_queue.hpp>
#include <weft/mutex.hpp>

#include <mutex>

namespace weft {

/// Waits for a condition that other fibers bring about under a mutex.
///
/// A notification is never lost: a notified waiter that is cancelled passes it on.
/// Threads: only on the thread of its runtime.
class condition_variable {
public:
    /// Releases the lock, waits for a notification and takes the lock again.
    ///
    /// Blocks:       until notified and the mutex is free.
    /// Cancellation: throws cancelled with the lock held again.
    /// \throws usage_error  if `lock` does not hold its mutex.
    void wait(std::unique_lock<mutex>& lock);

    /// Waits until `condition` is true; it is evaluated under the lock.
    template <class Predicate>
    void wait(std::unique_lock<mutex>& lock, Predicate condition) {
        while (!condition()) {
            wait(lock);
        }
    }

    /// Wakes the fiber that has waited longest, if any. Never blocks.
    void notify_one() noexcept { waiters_.wake_front(); }

    /// Wakes all fibers that wait now. Never blocks.
    void notify_all() noexcept { waiters_.wake_all(); }

private:
    detail::wait_queue waiters_;
};

}  // namespace weft
