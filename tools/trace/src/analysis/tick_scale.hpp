// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_format.hpp>

#include <cstdint>
#include <limits>

namespace weft::trace_tool {

/// Ticks as nanoseconds, by two moments of which both are known.
class tick_scale {
public:
    tick_scale() = default;
    tick_scale(const trace::clock_anchor& early, const trace::clock_anchor& late) noexcept
        : origin_(early) {
        if (late.ticks > early.ticks && late.monotonic > early.monotonic) {
            rate_ = static_cast<double>(late.monotonic - early.monotonic) /
                    static_cast<double>(late.ticks - early.ticks);
        }
    }

    /// How long so many ticks are: ns.
    [[nodiscard]] std::uint64_t duration(std::uint64_t ticks) const noexcept {
        const double nanoseconds = static_cast<double>(ticks) * rate_;
        // A recording may say anything.
        return nanoseconds < largest ? static_cast<std::uint64_t>(nanoseconds)
                                     : std::numeric_limits<std::uint64_t>::max();
    }

    /// CLOCK_MONOTONIC at a moment, ns.
    [[nodiscard]] std::uint64_t monotonic(std::uint64_t ticks) const noexcept {
        return ticks >= origin_.ticks ? origin_.monotonic + duration(ticks - origin_.ticks)
                                      : origin_.monotonic - duration(origin_.ticks - ticks);
    }

    /// ns since the earlier moment; 0 before it.
    [[nodiscard]] std::uint64_t since_begin(std::uint64_t ticks) const noexcept {
        return ticks >= origin_.ticks ? duration(ticks - origin_.ticks) : 0;
    }

    /// The moment so long after the earlier one, in ticks.
    [[nodiscard]] std::uint64_t ticks_at(std::uint64_t nanoseconds) const noexcept {
        const double ticks = static_cast<double>(nanoseconds) / rate_;
        return ticks < largest - static_cast<double>(origin_.ticks)
                   ? origin_.ticks + static_cast<std::uint64_t>(ticks)
                   : std::numeric_limits<std::uint64_t>::max();
    }

private:
    static constexpr double largest = 18446744073709551615.0;

    trace::clock_anchor origin_{};
    double rate_ = 1;  // ns of a tick
};

}  // namespace weft::trace_tool
