// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace weft::trace_tool {

/// Many durations in little memory: how many, how long together, the longest, and any percentile
/// to within 1/16.
class durations {
public:
    void add(std::uint64_t duration) noexcept {
        ++count_;
        total_ += duration;
        longest_ = std::max(longest_, duration);
        ++buckets_[bucket_of(duration)];
    }

    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    [[nodiscard]] std::uint64_t total() const noexcept { return total_; }
    [[nodiscard]] std::uint64_t longest() const noexcept { return longest_; }

    /// What `percent` of the durations do not exceed; 0 if there are none.
    [[nodiscard]] std::uint64_t percentile(double percent) const noexcept {
        const double wanted = static_cast<double>(count_) * percent / 100;
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < buckets_.size(); ++i) {
            seen += buckets_[i];
            if (seen != 0 && static_cast<double>(seen) >= wanted) {
                return std::min(longest_, largest_in(i));
            }
        }
        return longest_;
    }

private:
    static constexpr unsigned precision = 4;  // bits below the highest
    static constexpr std::size_t steps = std::size_t{1} << precision;

    // Numbers below `steps` have their own bucket; each doubling above has `steps` of them.
    static std::size_t bucket_of(std::uint64_t duration) noexcept {
        if (duration < steps) {
            return static_cast<std::size_t>(duration);
        }
        const auto shift = static_cast<unsigned>(std::bit_width(duration)) - precision - 1;
        return (std::size_t{shift} << precision) + static_cast<std::size_t>(duration >> shift);
    }
    static std::uint64_t largest_in(std::size_t bucket) noexcept {
        if (bucket < 2 * steps) {
            return bucket;
        }
        const auto shift = (bucket >> precision) - 1;
        const std::uint64_t mantissa = (bucket & (steps - 1)) + steps;
        return ((mantissa + 1) << shift) - 1;
    }

    std::uint64_t count_ = 0;
    std::uint64_t total_ = 0;
    std::uint64_t longest_ = 0;
    std::array<std::uint32_t, (64 - precision) * steps + steps> buckets_{};
};

}  // namespace weft::trace_tool
