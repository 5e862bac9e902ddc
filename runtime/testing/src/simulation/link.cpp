// SPDX-License-Identifier: BSL-1.0
#include "simulation/link.hpp"

#include <algorithm>

namespace weft::testing::detail {

link::link(dice& chances, const network_conditions& drawn_from)
    : latency_(chances.between(drawn_from.least_latency, drawn_from.most_latency)),
      jitter_(drawn_from.jitter),
      capacity_(chances.between(std::max<std::size_t>(drawn_from.least_buffer, 1),
                                std::max(drawn_from.least_buffer, drawn_from.most_buffer))) {
    if (chances.chance(drawn_from.slow)) {
        rate_ = std::max<std::size_t>(drawn_from.slow_rate, 1);
    }
    resets_ = chances.chance(drawn_from.reset);
    if (resets_ || chances.chance(drawn_from.silent)) {
        left_ = chances.between(0, drawn_from.break_within);
    }
}

clock::duration link::delay(dice& chances) const {
    return latency_ + chances.between(clock::duration::zero(), jitter_);
}

clock::duration link::duration_of(std::size_t size) const noexcept {
    return rate_ == 0 ? clock::duration::zero()
                      : clock::duration(std::chrono::seconds(1)) * static_cast<clock::rep>(size) /
                            static_cast<clock::rep>(rate_);
}

bool link::carry(std::size_t size) noexcept {
    if (broken_ || size <= left_) {
        left_ -= broken_ ? 0 : size;
        return false;
    }
    broken_ = true;
    return true;
}

}  // namespace weft::testing::detail
