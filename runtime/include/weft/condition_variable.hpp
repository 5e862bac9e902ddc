// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>
#include <weft/detail/wait_queue.hpp>
#include <weft/mutex.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>

namespace weft {

/// A condition variable at one moment.
struct condition_variable_statistics {
    std::size_t waiting;  ///< fibers that were not notified yet
};

/// Waits for a condition that other fibers bring about under a mutex.
///
/// A notification is never lost: a fiber that was notified has left the line, so cancelling it
/// afterwards does not undo the notification. As with the standard library's, a notifier need not
/// hold the mutex.
/// Threads: only on the thread of its runtime.
class condition_variable {
public:
    /// Releases the lock, waits for a notification and takes the lock again.
    ///
    /// Blocks:       until notified and the mutex is free.
    /// Cancellation: throws cancelled with the lock held again.
    /// \throws usage_error  if the caller does not hold the mutex through `lock`, or if others
    ///         wait with another mutex.
    void wait(std::unique_lock<mutex>& lock) { wait_with(lock, never); }

    /// Waits until `condition` is true; it is evaluated under the lock.
    template <class Predicate>
    void wait(std::unique_lock<mutex>& lock, Predicate condition) {
        for (bool in_vain = false; !condition(); in_vain = true) {
            wait_with(lock, never, in_vain);
        }
    }

    /// wait() up to a deadline on any clock. The lock is held again either way.
    template <class Clock, class Duration>
    std::cv_status wait_until(std::unique_lock<mutex>& lock,
                              std::chrono::time_point<Clock, Duration> deadline) {
        const auto reached = detail::saturating_nanoseconds(deadline.time_since_epoch());
        return wait_with(lock, detail::when_shown<Clock>(reached)) ? std::cv_status::no_timeout
                                                                   : std::cv_status::timeout;
    }

    /// Waits until `condition` is true or the deadline has passed. Returns its last value.
    template <class Clock, class Duration, class Predicate>
    bool wait_until(std::unique_lock<mutex>& lock,
                    std::chrono::time_point<Clock, Duration> deadline, Predicate condition) {
        const auto reached = detail::saturating_nanoseconds(deadline.time_since_epoch());
        for (bool in_vain = false; !condition(); in_vain = true) {
            if (!wait_with(lock, detail::when_shown<Clock>(reached), in_vain)) {
                return condition();
            }
        }
        return true;
    }

    /// wait_until() with a limit from now on.
    ///
    /// \throws std::invalid_argument  if the limit is not a number.
    template <class Rep, class Period>
    std::cv_status wait_for(std::unique_lock<mutex>& lock,
                            std::chrono::duration<Rep, Period> limit) {
        return wait_until(lock, deadline_after(limit));
    }

    /// Waits until `condition` is true or the limit has passed. Returns its last value.
    template <class Rep, class Period, class Predicate>
    bool wait_for(std::unique_lock<mutex>& lock, std::chrono::duration<Rep, Period> limit,
                  Predicate condition) {
        return wait_until(lock, deadline_after(limit), std::move(condition));
    }

    /// Wakes the fiber that has waited longest, if any. Never blocks.
    void notify_one() noexcept { waiters_.wake_front(); }

    /// Wakes all fibers that wait now. Never blocks.
    void notify_all() noexcept { waiters_.wake_all(); }

    [[nodiscard]] condition_variable_statistics statistics() const noexcept {
        return {.waiting = waiters_.size()};
    }

private:
    /// \param in_vain  the caller was notified, and its condition is not true.
    bool wait_with(std::unique_lock<mutex>& lock, clock::time_point deadline, bool in_vain = false);

    const mutex* used_ = nullptr;  // the mutex of those who wait now
    detail::wait_queue waiters_;
};

}  // namespace weft
