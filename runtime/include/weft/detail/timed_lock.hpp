// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>

#include <chrono>

namespace weft::detail {

/// A Lock that a fiber can also wait for up to a limit, in the shape of std::timed_mutex.
///
/// New code rather says fail_after(limit, ...), which reaches every kind of wait.
template <class Lock>
class timed_lock : public Lock {
public:
    /// Waits at most for `limit`. Returns whether the caller has the lock now.
    ///
    /// Cancellation: throws cancelled; the lock is not taken.
    /// \throws what lock() throws; std::invalid_argument  if the limit is not a number.
    template <class Rep, class Period>
    [[nodiscard]] bool try_lock_for(std::chrono::duration<Rep, Period> limit) {
        return try_for(
            limit, [this] { return this->lock_at_once(); },
            [this](auto deadline) { return this->wait_until(deadline); });
    }

    /// try_lock_for() with a deadline on any clock.
    template <class Clock, class Duration>
    [[nodiscard]] bool try_lock_until(std::chrono::time_point<Clock, Duration> deadline) {
        return try_until(
            deadline, [this] { return this->lock_at_once(); },
            [this](auto until) { return this->wait_until(until); });
    }
};

}  // namespace weft::detail
