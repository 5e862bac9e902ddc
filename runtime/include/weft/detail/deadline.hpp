// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>

#include <chrono>
#include <cmath>
#include <stdexcept>
#include <type_traits>

namespace weft::detail {

/// `wanted` in nanoseconds: rounded up, never negative, saturating at the longest duration.
template <class Rep, class Period>
clock::duration saturating_nanoseconds(std::chrono::duration<Rep, Period> wanted) {
    if constexpr (std::is_floating_point_v<Rep>) {
        if (std::isnan(wanted.count())) {
            throw std::invalid_argument("weft: a duration is not a number");
        }
    }
    using seconds = std::chrono::duration<double>;
    if (wanted <= wanted.zero()) {
        return clock::duration::zero();
    }
    // Compared as floating point: the conversion of a huge integer duration would overflow.
    if (seconds(wanted) >= seconds(clock::duration::max())) {
        return clock::duration::max();
    }
    return std::chrono::ceil<clock::duration>(wanted);
}

/// The point `wait` from now on; saturates at `never`.
inline clock::time_point after_now(clock::duration wait) {
    const auto start = clock::now();
    return wait >= never - start ? never : start + wait;
}

/// The point at which Clock will show `reached`, counted from its epoch.
template <class Clock>
clock::time_point when_shown(clock::duration reached) {
    const auto shown = saturating_nanoseconds(Clock::now().time_since_epoch());
    return after_now(reached > shown ? reached - shown : clock::duration::zero());
}

/// The std-shaped try_..._for(): `at_once` is tried before the clock is read, then `until` waits.
template <class Rep, class Period, class AtOnce, class Until>
bool try_for(std::chrono::duration<Rep, Period> limit, AtOnce at_once, Until until) {
    const auto wait = saturating_nanoseconds(limit);
    return at_once() || until(after_now(wait));
}

/// The std-shaped try_..._until() for a deadline on any clock.
template <class Clock, class Duration, class AtOnce, class Until>
bool try_until(std::chrono::time_point<Clock, Duration> deadline, AtOnce at_once, Until until) {
    const auto reached = saturating_nanoseconds(deadline.time_since_epoch());
    return at_once() || until(when_shown<Clock>(reached));
}

}  // namespace weft::detail

template <class Rep, class Period>
weft::clock::time_point weft::deadline_after(std::chrono::duration<Rep, Period> from_now) {
    return detail::after_now(detail::saturating_nanoseconds(from_now));
}
