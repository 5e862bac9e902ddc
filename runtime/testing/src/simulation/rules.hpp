// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "simulation/place.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace weft::testing::detail {

/// What a test has broken in the network.
class rules {
public:
    enum class verdict : std::uint8_t { none, refused, swallowed, unreachable };

    void cut(const place& one, const place& other) { cuts_.emplace_back(one, other); }
    void isolate(const place& one) { isolated_.push_back(one); }
    void decide(const place& where, verdict what) { verdicts_.emplace_back(where, what); }
    void clear() noexcept;

    /// Whether nothing passes between them now.
    [[nodiscard]] bool separates(const place& one, const place& other) const noexcept;

    /// What is said of connecting to `where`; the latest rule counts.
    [[nodiscard]] verdict about(const place& where) const noexcept;

private:
    std::vector<std::pair<place, place>> cuts_;
    std::vector<place> isolated_;
    std::vector<std::pair<place, verdict>> verdicts_;
};

/// Whether `rule`, perhaps without a port, means `where`.
[[nodiscard]] bool covers(const place& rule, const place& where) noexcept;

}  // namespace weft::testing::detail
