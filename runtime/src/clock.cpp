// SPDX-License-Identifier: BSL-1.0
#include <weft/clock.hpp>

#include "loop_clock.hpp"
#include "scheduler.hpp"

#include <ctime>

namespace weft {

clock::time_point detail::monotonic_now() noexcept {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return clock::time_point(std::chrono::seconds(now.tv_sec) +
                             std::chrono::nanoseconds(now.tv_nsec));
}

clock::time_point clock::now() noexcept {
    return detail::current_fiber != nullptr ? detail::current_fiber->home->now()
                                            : detail::monotonic_now();
}

}  // namespace weft
