// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// The clock that every deadline of weft refers to.

#include <chrono>

namespace weft {

/// A steady clock that a runtime may replace by a virtual one (run_options::time).
///
/// Inside a runtime now() is that runtime's time; elsewhere it is CLOCK_MONOTONIC. It never goes
/// back and does not follow changes of the wall clock.
/// Source: the C++ named requirement Clock; clock_gettime(2).
struct clock {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<clock>;
    static constexpr bool is_steady = true;

    /// The time now, read from the clock at each call.
    [[nodiscard]] static time_point now() noexcept;
};

/// A deadline that is never reached.
inline constexpr clock::time_point never = clock::time_point::max();

/// The point `from_now` after now(); saturates at `never`. A negative duration means now.
///
/// \throws std::invalid_argument  if `from_now` is not a number (floating-point durations).
template <class Rep, class Period>
[[nodiscard]] clock::time_point deadline_after(std::chrono::duration<Rep, Period> from_now);

}  // namespace weft

#include <weft/detail/deadline.hpp>
