// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_format.hpp>

#include <cstdint>
#include <ctime>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace weft::trace_tool {

inline std::uint64_t nanoseconds_of(clockid_t clock) noexcept {
    timespec now{};
    ::clock_gettime(clock, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(now.tv_nsec);
}

/// The moment on the clocks that a runtime on this machine uses.
inline trace::clock_anchor clock_now(trace::tick_source ticks) noexcept {
    const auto monotonic = nanoseconds_of(CLOCK_MONOTONIC);
#if defined(__x86_64__)
    const auto now = ticks == trace::tick_source::processor ? __rdtsc() : monotonic;
#else
    const auto now = ticks == trace::tick_source::processor ? 0 : monotonic;  // not used there
#endif
    return {now, monotonic, nanoseconds_of(CLOCK_REALTIME)};
}

}  // namespace weft::trace_tool
