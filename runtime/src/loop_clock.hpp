// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>
#include <weft/run.hpp>

#include <algorithm>

namespace weft::detail {

/// CLOCK_MONOTONIC.
[[nodiscard]] clock::time_point monotonic_now() noexcept;

/// The time of one runtime, real or virtual.
class loop_clock {
public:
    explicit loop_clock(time_source source) noexcept
        : virtual_(source == time_source::virtual_time) {}

    [[nodiscard]] clock::time_point now() const noexcept {
        return virtual_ ? virtual_now_ : monotonic_now();
    }

    [[nodiscard]] bool is_virtual() const noexcept { return virtual_; }

    /// Virtual time goes on to `later`, never back: a timer may be overdue.
    void jump_to(clock::time_point later) noexcept { virtual_now_ = std::max(virtual_now_, later); }

private:
    bool virtual_;
    clock::time_point virtual_now_{};
};

}  // namespace weft::detail
