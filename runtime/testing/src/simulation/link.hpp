// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "simulation/network.hpp"

#include <cstddef>
#include <limits>

namespace weft::testing::detail {

/// The way between the two ends of a connection, as it was drawn for it.
class link {
public:
    link(dice& chances, const network_conditions& drawn_from);

    /// How long something of `size` bytes travels.
    [[nodiscard]] clock::duration delay(dice& chances) const;
    [[nodiscard]] clock::duration duration_of(std::size_t size) const noexcept;

    /// Counts bytes on their way; true when the link breaks by them.
    [[nodiscard]] bool carry(std::size_t size) noexcept;

    [[nodiscard]] bool silent() const noexcept { return broken_ && !resets_; }
    [[nodiscard]] bool resets() const noexcept { return resets_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

private:
    clock::duration latency_;
    clock::duration jitter_;
    std::size_t rate_ = 0;  // bytes in a second; 0: no limit
    std::size_t capacity_;
    std::size_t left_ = std::numeric_limits<std::size_t>::max();  // until it breaks
    bool resets_ = false;
    bool broken_ = false;
};

}  // namespace weft::testing::detail
