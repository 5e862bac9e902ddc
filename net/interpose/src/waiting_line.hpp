// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>
#include <weft/cross_thread/event.hpp>

#include <sys/single_threaded.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace weft::interpose {

namespace detail {

inline constexpr std::size_t parts = 256;

/// The part of the table in which the lines of an address stand.
[[nodiscard]] inline std::size_t part_of(const void* address) noexcept {
    const auto number = reinterpret_cast<std::uintptr_t>(address) >> 3U;
    return (number ^ number >> 8U) % parts;
}

/// How many wait in each part.
[[gnu::visibility("hidden")]] extern constinit std::array<std::atomic<unsigned>, parts> waiting;

/// How many look at locks: fibers that wait in any part, and a report.
[[gnu::visibility("hidden")]] extern constinit std::atomic<unsigned> lock_watchers;

}  // namespace detail

/// Whether nobody but its owner needs to hear of any lock. Certain only where there is one thread.
[[nodiscard]] inline bool locks_are_unwatched() noexcept {
    return detail::lock_watchers.load(std::memory_order_relaxed) == 0;
}

/// From now on they are watched, for good.
inline void watch_locks() noexcept {
    detail::lock_watchers.fetch_add(1, std::memory_order_relaxed);
}

/// Whether a fiber may wait for the address, as a hint.
[[nodiscard]] inline bool somebody_may_wait_for(const void* address) noexcept {
    return detail::waiting[detail::part_of(address)].load(std::memory_order_relaxed) != 0;
}

/// Whether a fiber may wait for the address. What the caller did before is seen by whoever joins a
/// line later.
[[nodiscard]] inline bool may_be_waited_for(const void* address) noexcept {
    // Partner: the increment in the constructor of waiting_place, by another thread.
    if (__libc_single_threaded == 0) {
        std::atomic_thread_fence(std::memory_order_seq_cst);
    }
    return somebody_may_wait_for(address);
}

/// The same for a caller that has just written by an exchange, as libc unlocks a mutex; where that
/// is a fence for the processor, only the compiler needs one.
[[nodiscard]] inline bool may_be_waited_for_after_exchange(const void* address) noexcept {
#if defined(__x86_64__)
    std::atomic_signal_fence(std::memory_order_seq_cst);
    return somebody_may_wait_for(address);
#else
    return may_be_waited_for(address);
#endif
}

/// The place of a fiber in the line of those who wait for the lock at an address. Locks of libc
/// have no room for such a line, so all lines stand in a table of this layer.
///
/// Invariants:
/// 1. A place is in the line from its construction until it is left, or chosen.
/// 2. Whoever lets go of the lock does so before it looks at the line, and whoever joins the line
///    tries the lock again before it waits. So one of the two sees the other.
/// 3. Lines are touched under the guard of their part of the table, which is held for a few
///    instructions and never while anything waits.
///
/// Threads: a place belongs to its fiber; wake_first() and the like may be called on any thread.
class waiting_place {
public:
    explicit waiting_place(const void* address) noexcept;
    waiting_place(const waiting_place&) = delete;
    waiting_place& operator=(const waiting_place&) = delete;

    /// Leaves the line. If it was the first, the next is woken, unless `takes_all` was called.
    ~waiting_place();

    /// Whether nobody has waited for the same address longer.
    [[nodiscard]] bool is_first() const noexcept;

    /// What was waited for is taken, and nobody else can have it now.
    void take_all() noexcept { takes_all_ = true; }

    /// Waits until it is woken, or until the deadline. Cancellation has no effect.
    void wait_uncancelled(clock::time_point deadline);

    /// The same. Cancellation: throws cancelled, unless it was chosen before.
    void wait(clock::time_point deadline);

    /// Whether choose_first() or choose_all() has taken it out of the line.
    [[nodiscard]] bool chosen() const noexcept;

    waiting_place* next = nullptr;  // these are the table's
    waiting_place* previous = nullptr;
    const void* const address;
    bool linked = false;
    cross_thread::event woken;

private:
    bool takes_all_ = false;
};

/// Whether a fiber waits for the address.
[[nodiscard]] bool somebody_waits_for(const void* address) noexcept;

/// Wakes the first in line, or all, who stay in it until they have what they wait for.
void wake_first(const void* address) noexcept;
void wake_all(const void* address) noexcept;

/// Wakes the first in line, or all, and takes them out of it.
void choose_first(const void* address) noexcept;
void choose_all(const void* address) noexcept;

}  // namespace weft::interpose
