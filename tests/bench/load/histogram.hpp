// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace weft::bench {

/// Counts durations in buckets about 1.6 % wide, from 1 ns to 18 minutes, in constant memory.
class histogram {
public:
    void add(std::chrono::nanoseconds duration) {
        const auto value = static_cast<std::uint64_t>(duration.count() > 0 ? duration.count() : 0);
        ++buckets_[bucket_of(value < limit ? value : limit - 1)];
        ++total_;
    }

    [[nodiscard]] std::uint64_t total() const { return total_; }

    /// Microseconds that the given share of all durations did not exceed; 0 if there are none.
    /// \param share  0 to 1.
    [[nodiscard]] double quantile_us(double share) const {
        const auto wanted = share * static_cast<double>(total_);
        std::uint64_t passed = 0;
        for (std::size_t i = 0; i < buckets_.size(); ++i) {
            passed += buckets_[i];
            if (passed > 0 && static_cast<double>(passed) >= wanted) {
                return static_cast<double>(middle_of(i)) / 1'000;
            }
        }
        return 0;
    }

private:
    // Values below 64 have a bucket each; above, every power of two is cut into 64.
    static constexpr int fine_bits = 6;
    static constexpr std::uint64_t fine = 1U << fine_bits;
    static constexpr int top_bits = 40;
    static constexpr std::uint64_t limit = 1ULL << top_bits;

    static std::size_t bucket_of(std::uint64_t value) {
        if (value < fine) {
            return value;
        }
        const auto shift = std::bit_width(value) - fine_bits - 1;
        return static_cast<std::size_t>(shift) * fine + (value >> shift);
    }

    static std::uint64_t middle_of(std::size_t bucket) {
        if (bucket < 2 * fine) {
            return bucket;
        }
        const auto shift = bucket / fine - 1;
        return ((bucket - shift * fine) << shift) + (1ULL << shift) / 2;
    }

    std::array<std::uint64_t, static_cast<std::size_t>(top_bits - fine_bits + 1) * fine> buckets_{};
    std::uint64_t total_ = 0;
};

}  // namespace weft::bench
