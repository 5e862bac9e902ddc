// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_format.hpp>

#include "fiber.hpp"

#include <cstdint>
#include <span>

namespace weft::detail {

/// Gives every live fiber a row, as long as there are some.
///
/// Invariants:
/// 1. A row whose state is not unused belongs to exactly one live fiber.
/// 2. Fibers without a row of their own share one that nobody reads, so that whoever writes a row
///    need not ask.
class fiber_table {
public:
    fiber_table(std::span<trace::fiber_row> rows, trace::loop& counts) noexcept
        : rows_(rows), loop_(counts) {}
    fiber_table(const fiber_table&) = delete;
    fiber_table& operator=(const fiber_table&) = delete;

    /// Enters a new fiber.
    /// \param now  ns.
    void add(fiber& born, std::uint64_t now) noexcept;
    void remove(fiber& gone) noexcept;

private:
    static constexpr std::uint64_t none = ~std::uint64_t{0};

    trace::fiber_row& take() noexcept;

    std::span<trace::fiber_row> rows_;
    trace::loop& loop_;
    std::uint64_t free_ = none;  // the row freed last; it names the one before
    trace::fiber_row shared_{};
};

}  // namespace weft::detail
