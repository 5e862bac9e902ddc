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

}  // namespace weft::detail

template <class Rep, class Period>
weft::clock::time_point weft::deadline_after(std::chrono::duration<Rep, Period> from_now) {
    const auto start = clock::now();
    const auto wait = detail::saturating_nanoseconds(from_now);
    return wait >= never - start ? never : start + wait;
}
