// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// What a fiber does to itself.

#include <weft/clock.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <type_traits>

namespace weft::this_fiber {

/// The id of the running fiber, unique in this process and never 0; 0 outside fibers.
[[nodiscard]] std::uint64_t id() noexcept;

/// The name given at spawn, else "fiber-<id>"; empty outside fibers.
[[nodiscard]] std::string name();

/// Lets every other ready fiber run once.
///
/// Cancellation: throws cancelled.
void yield();

/// Waits until the clock has reached `deadline`; yields once if it already has.
///
/// Cancellation: throws cancelled; nothing is left behind.
void sleep_until(clock::time_point deadline);

/// sleep_until() on any other clock, whose time is read once: if it is set during the wait, that
/// is not noticed.
template <class Clock, class Duration>
requires(!std::is_same_v<Clock, clock>) void sleep_until(
    std::chrono::time_point<Clock, Duration> deadline) {
    sleep_until(
        detail::when_shown<Clock>(detail::saturating_nanoseconds(deadline.time_since_epoch())));
}

/// Waits at least for `wait`. Zero or less yields once.
///
/// Cancellation: throws cancelled; nothing is left behind.
/// \throws std::invalid_argument  if the duration is not a number.
template <class Rep, class Period>
void sleep_for(std::chrono::duration<Rep, Period> wait) {
    if (wait <= wait.zero()) {
        yield();
    } else {
        sleep_until(deadline_after(wait));
    }
}

/// Throws cancelled if the surrounding scope is cancelled. For long computations.
///
/// Blocks: never.
void check_cancelled();

}  // namespace weft::this_fiber
