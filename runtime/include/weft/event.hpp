// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/wait_queue.hpp>

#include <cstddef>

namespace weft {

namespace detail {
struct selectable;
}

/// An event at one moment.
struct event_statistics {
    bool set;
    std::size_t waiting;  ///< fibers that wait for it
};

/// A flag that fibers wait for.
///
/// Threads: only on the thread of its runtime.
class event {
public:
    /// Blocks:       until set() is called; not at all while the flag is set.
    /// Cancellation: throws cancelled.
    void wait();

    /// Sets the flag and wakes all who wait, in the order of their arrival. Never blocks.
    void set() noexcept;

    /// Clears the flag; fibers already woken are not held back. Never blocks.
    void clear() noexcept { set_ = false; }

    [[nodiscard]] bool is_set() const noexcept { return set_; }

    [[nodiscard]] event_statistics statistics() const noexcept {
        return {.set = set_, .waiting = waiters_.size()};
    }

private:
    friend struct detail::selectable;

    bool set_ = false;
    detail::wait_queue waiters_;
};

}  // namespace weft
