// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/cross_queue.hpp>
#include <weft/event.hpp>

#include <mutex>

/// Forms for fibers of several runtimes and for threads without one. A fiber that waits lets the
/// other fibers of its thread run; a thread that waits blocks, and nothing can cancel it.
namespace weft::cross_thread {

/// An event that any thread may set and wait for; see weft::event.
///
/// Threads:  any.
/// Lifetime: whoever waited may destroy it as soon as wait() has returned.
class event {
public:
    event() = default;
    event(const event&) = delete;
    event& operator=(const event&) = delete;
    ~event() = default;

    /// Blocks:       the fiber, or the thread, until set() is called.
    /// Cancellation: of a fiber: throws cancelled.
    void wait();

    /// Sets the flag and wakes all who wait, in the order of their arrival. Never blocks.
    void set() noexcept;

    /// Clears the flag; those already woken are not held back. Never blocks.
    void clear() noexcept;

    [[nodiscard]] bool is_set() const noexcept { return statistics().set; }

    [[nodiscard]] event_statistics statistics() const noexcept;

private:
    mutable std::mutex guard_;
    bool set_ = false;
    detail::cross_queue waiters_;
};

}  // namespace weft::cross_thread
