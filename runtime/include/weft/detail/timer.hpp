// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace weft::detail {

/// What a timer queue holds: an object with a place in the queue and something to do when due.
struct timer {
    static constexpr std::uint32_t unarmed = static_cast<std::uint32_t>(-1);

    std::uint32_t slot = unarmed;                    // kept by the timer queue
    void (*expired)(timer& due) noexcept = nullptr;  // called once, after the timer was removed
};

}  // namespace weft::detail
