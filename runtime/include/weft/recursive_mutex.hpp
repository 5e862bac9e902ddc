// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/timed_lock.hpp>
#include <weft/mutex.hpp>

#include <cstddef>
#include <cstdint>

namespace weft {

/// A recursive mutex at one moment.
struct recursive_mutex_statistics {
    std::uint64_t owner;  ///< id of the fiber that holds it; 0: free
    std::size_t depth;    ///< how many unlock() calls it owes
    std::size_t waiting;  ///< fibers in line for it
};

/// A mutex that the fiber that holds it may lock again; fair.
///
/// It is free after as many unlock() as lock(). In the shape of std::recursive_mutex.
/// Threads: only on the thread of its runtime.
class recursive_mutex : private mutex {
public:
    /// Blocks:       until the caller owns the mutex.
    /// Cancellation: throws cancelled; the mutex is not taken once more.
    /// \throws usage_error  outside fibers.
    void lock();

    /// Takes the mutex if it is free or the caller's. Never blocks.
    [[nodiscard]] bool try_lock();

    /// Undoes one lock(); the last hands the mutex to the fiber that has waited longest. Never
    /// blocks.
    ///
    /// \throws usage_error  if the caller does not own it.
    void unlock();

    [[nodiscard]] recursive_mutex_statistics statistics() const noexcept {
        const auto inner = mutex::statistics();
        return {.owner = inner.owner, .depth = depth_, .waiting = inner.waiting};
    }

protected:
    bool lock_at_once();
    bool wait_until(clock::time_point deadline);

private:
    std::size_t depth_ = 0;
};

/// A recursive_mutex with try_lock_for() and try_lock_until(), which take it once more.
class recursive_timed_mutex : public detail::timed_lock<recursive_mutex> {};

}  // namespace weft
