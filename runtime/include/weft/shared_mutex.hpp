// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>
#include <weft/detail/wait_queue.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace weft {

/// A shared mutex at one moment.
struct shared_mutex_statistics {
    std::uint64_t owner;  ///< id of the fiber that holds it alone; 0: none
    std::size_t readers;  ///< how often it is held shared
    std::size_t waiting;  ///< fibers in line, of both kinds
};

/// A mutex that one fiber holds alone or several hold shared; for std::shared_lock and
/// std::unique_lock.
///
/// Fair: one line for both kinds, first come, first served. A reader that comes after a waiting
/// writer waits behind it, so neither kind starves; readers next to each other enter together.
/// Who holds it shared is counted, not remembered: a fiber that holds it shared and asks for it
/// alone, or again behind a waiting writer, waits for itself. Debug mode remembers, and throws
/// usage_error instead.
/// Threads: only on the thread of its runtime.
class shared_mutex {
public:
    shared_mutex() = default;
    shared_mutex(const shared_mutex&) = delete;
    shared_mutex& operator=(const shared_mutex&) = delete;
    ~shared_mutex() = default;

    /// Blocks:       until the caller holds the mutex alone.
    /// Cancellation: throws cancelled; the mutex is not taken.
    /// \throws usage_error  if the caller holds it alone already, or outside fibers.
    void lock();
    [[nodiscard]] bool try_lock();  ///< lock() if that needs no wait. Never blocks.

    /// Lets in who is first in line. Never blocks.
    ///
    /// \throws usage_error  if the caller does not hold the mutex alone.
    void unlock();

    /// Blocks:       until the caller holds the mutex shared.
    /// Cancellation: throws cancelled; the mutex is not taken.
    /// \throws usage_error  if the caller holds it alone, or outside fibers.
    void lock_shared();
    [[nodiscard]] bool try_lock_shared();  ///< lock_shared() if that needs no wait. Never blocks.

    /// Lets in who is first in line, if it was the last reader. Never blocks.
    ///
    /// \throws usage_error  if nobody holds the mutex shared.
    void unlock_shared();

    [[nodiscard]] shared_mutex_statistics statistics() const noexcept {
        return {.owner = owner_, .readers = readers_, .waiting = line_.size()};
    }

protected:
    enum class access : bool { shared, exclusive };

    bool lock_at_once(access wanted);
    bool wait_until(access wanted, clock::time_point deadline);

private:
    [[nodiscard]] bool is_open_to(access wanted) const noexcept;
    void take(access wanted, std::uint64_t taker) noexcept;
    bool waits_for_itself(access wanted, detail::fiber& self) const noexcept;
    void admit() noexcept;

    std::uint64_t owner_ = 0;
    std::size_t readers_ = 0;
    detail::wait_queue line_;  // slot: null for readers
};

/// A shared_mutex that a fiber can wait for up to a limit. Each of the four returns whether the
/// mutex was taken; what they throw is what lock() throws, and std::invalid_argument if the limit
/// is not a number.
class shared_timed_mutex : public shared_mutex {
public:
    template <class Rep, class Period>
    [[nodiscard]] bool try_lock_for(std::chrono::duration<Rep, Period> limit) {
        return take_for(access::exclusive, limit);
    }
    template <class Clock, class Duration>
    [[nodiscard]] bool try_lock_until(std::chrono::time_point<Clock, Duration> deadline) {
        return take_until(access::exclusive, deadline);
    }
    template <class Rep, class Period>
    [[nodiscard]] bool try_lock_shared_for(std::chrono::duration<Rep, Period> limit) {
        return take_for(access::shared, limit);
    }
    template <class Clock, class Duration>
    [[nodiscard]] bool try_lock_shared_until(std::chrono::time_point<Clock, Duration> deadline) {
        return take_until(access::shared, deadline);
    }

private:
    template <class Limit>
    bool take_for(access wanted, Limit limit) {
        return detail::try_for(
            limit, [&] { return lock_at_once(wanted); },
            [&](auto deadline) { return wait_until(wanted, deadline); });
    }
    template <class TimePoint>
    bool take_until(access wanted, TimePoint deadline) {
        return detail::try_until(
            deadline, [&] { return lock_at_once(wanted); },
            [&](auto until) { return wait_until(wanted, until); });
    }
};

}  // namespace weft
