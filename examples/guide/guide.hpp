// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// What the guide's programs share: the choice of the clock, and a stop-watch.

#include <weft/clock.hpp>
#include <weft/run.hpp>

#include <chrono>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace guide {

/// The defaults; with WEFT_GUIDE_CLOCK=virtual a clock that jumps over all waiting, so that a
/// program that only sleeps ends at once and prints the same.
inline weft::run_options options() {
    weft::run_options chosen;
    const char* clock = std::getenv("WEFT_GUIDE_CLOCK");
    if (clock != nullptr && std::string_view(clock) == "virtual") {
        chosen.time = weft::time_source::virtual_time;
    }
    return chosen;
}

/// How many seconds `body` takes.
template <class Body>
double seconds_of(Body&& body) {
    const auto begin = weft::clock::now();
    std::forward<Body>(body)();
    return std::chrono::duration<double>(weft::clock::now() - begin).count();
}

}  // namespace guide
