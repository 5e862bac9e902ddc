// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>
#include <weft/detail/select_case.hpp>
#include <weft/detail/wait_any.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>

namespace weft::detail {

template <class Case>
inline constexpr bool is_otherwise = false;
template <class Handler>
inline constexpr bool is_otherwise<otherwise_case<Handler>> = true;

/// Whether no case comes after an otherwise(), where it could never happen.
template <class... Cases>
constexpr bool otherwise_is_last() {
    constexpr std::array otherwise{is_otherwise<std::remove_cvref_t<Cases>>...};
    return std::count(otherwise.begin(), otherwise.end() - 1, true) == 0;
}

/// Makes one of the cases happen. Returns which; its finish() is still to be called.
template <class... Cases>
std::size_t wait_for_case(Cases&... cases) {
    std::size_t chosen = 0;
    if ((... || (cases.complete_now() || (++chosen, false)))) {
        return chosen;
    }
    std::array<wait_place, sizeof...(Cases)> places;
    auto* place = places.data();
    (cases.enter(*place++), ...);
    const std::array<clock::time_point, sizeof...(Cases)> deadlines{cases.deadline()...};
    const auto* earliest = std::min_element(deadlines.begin(), deadlines.end());
    chosen = wait_any(places, *earliest, wait_reason::select, nullptr);
    if (chosen == no_place) {
        return static_cast<std::size_t>(earliest - deadlines.begin());
    }
    std::size_t index = 0;
    static_cast<void>((... || (index++ == chosen && (cases.take_over(places[chosen].self), true))));
    return chosen;
}

}  // namespace weft::detail
