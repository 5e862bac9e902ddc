// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <chrono>

namespace weft::trace_tool {

/// How long a recorder waits between two looks at the ring: shorter the more it finds.
class drain_pace {
public:
    static constexpr std::chrono::milliseconds shortest{1};
    static constexpr std::chrono::milliseconds longest{50};

    /// \param fill  how full the ring was: 0 to 1.
    void found(double fill) noexcept {
        constexpr double much = 0.25;
        constexpr double little = 0.05;
        if (fill > much) {
            pause_ = std::max(shortest, pause_ / 2);
        } else if (fill < little) {
            pause_ = std::min(longest, pause_ * 2);
        }
    }

    [[nodiscard]] std::chrono::milliseconds pause() const noexcept { return pause_; }

private:
    std::chrono::milliseconds pause_{8};
};

}  // namespace weft::trace_tool
