// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>
#include <weft/this_fiber.hpp>

#include "fiber_call.hpp"
#include "held_locks.hpp"
#include "waiting_line.hpp"

#include <time.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>

namespace weft::interpose {

/// The wrapper's part inside of weft, for functions that return their error.
template <class Body>
int lock_call(Body&& body) noexcept {
    const locale_aside aside;
    const int before = errno;
    int result = 0;
    bool again = false;
    try {
        result = body();
    } catch (...) {
        again = is_ignored_cancellation();
        result = errno_of_current_exception();
    }
    errno = before;
    return again ? weft::detail::run_shielded([&] { return lock_call(body); }) : result;
}

/// Whether the functions that are told a clock take this one.
[[nodiscard]] inline bool is_known(clockid_t source) noexcept {
    return source == CLOCK_REALTIME || source == CLOCK_MONOTONIC;
}

/// A deadline of POSIX on weft's clock; nothing if it is none.
[[nodiscard]] inline std::optional<clock::time_point> deadline_of(clockid_t source,
                                                                  const timespec* limit) noexcept {
    if (limit->tv_nsec < 0 || limit->tv_nsec >= 1'000'000'000 || !is_known(source)) {
        return std::nullopt;
    }
    timespec now{};
    ::clock_gettime(source, &now);
    constexpr time_t longest = 100L * 365 * 24 * 3600;  // more would not fit into nanoseconds
    const time_t end = std::clamp<time_t>(limit->tv_sec, 0, now.tv_sec + longest);
    return deadline_after(std::chrono::seconds(end - now.tv_sec) +
                          std::chrono::nanoseconds(limit->tv_nsec - now.tv_nsec));
}

/// How somebody who waits is let in.
enum class turn {
    one_at_a_time,  ///< after all who came before, for what only one can have
    in_order,       ///< the same, for what several can have
    when_free,      ///< whenever it can be had, as readers are
};

/// Calls `attempt` until it returns something else than EBUSY and returns that, or ETIMEDOUT once
/// the deadline has passed. Lets other fibers run in between; cancellation has no effect, because
/// callers do not expect that a lock was not taken.
///
/// Not everybody who lets go of a lock can be seen: other processes, code that libc calls itself,
/// such as pthread_cond_wait() of a thread, libraries bound to libc alone. So the first in line
/// also tries at intervals.
///
/// Blocks: the fiber.
template <class Attempt>
int until_not_busy(const void* address, turn order, clock::time_point deadline, Attempt&& attempt) {
    if (order == turn::when_free || !somebody_waits_for(address)) {
        if (const int result = attempt(); result != EBUSY) {
            return result;
        }
    }
    note_wait();
    waiting_place place(address);
    std::chrono::milliseconds interval(1);
    while (true) {
        if (order == turn::when_free || place.is_first()) {
            if (const int result = attempt(); result != EBUSY) {
                if (result == 0 && order == turn::one_at_a_time) {
                    place.take_all();
                }
                return result;
            }
        }
        if (clock::now() >= deadline) {
            return ETIMEDOUT;
        }
        place.wait_uncancelled(std::min(deadline, deadline_after(interval)));
        interval = std::min(2 * interval, std::chrono::milliseconds(64));
    }
}

}  // namespace weft::interpose
