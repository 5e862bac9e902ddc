// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>

#include <algorithm>
#include <chrono>

namespace weft::detail {

/// After how many switches the kernel is asked again: 64, or fewer when fibers run so long that
/// 64 of them would take more than a millisecond.
class turn_pace {
public:
    static constexpr unsigned most = 64;  // switches
    static constexpr clock::duration aim = std::chrono::milliseconds(1);

    /// The switches until the next turn, given that this turn happens at `now`.
    unsigned next(clock::time_point now) noexcept {
        if (measuring_ && now > last_) {
            const auto fitting = interval_ * aim.count() / (now - last_).count();
            interval_ = std::clamp<clock::rep>(fitting, 1, most);
        }
        last_ = now;
        measuring_ = true;
        return static_cast<unsigned>(interval_);
    }

    /// The thread has waited: the time since the last turn says nothing about the fibers.
    void forget() noexcept { measuring_ = false; }

private:
    clock::time_point last_{};
    clock::rep interval_ = most;
    bool measuring_ = false;
};

}  // namespace weft::detail
