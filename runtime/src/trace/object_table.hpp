// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_format.hpp>

#include "fiber.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>

namespace weft::detail {

/// Rows for the locks for which somebody has waited, and for objects with a name.
///
/// A lock that nobody waits for costs nothing: its row is made, and its owner written, when the
/// first fiber has to wait. When the table is full, locks without waiters and names make room.
class object_table {
public:
    object_table(std::span<trace::object_row> rows, trace::loop& counts) noexcept
        : rows_(rows), loop_(counts) {}

    /// `waiting` has parked for a lock. Returns the id of the fiber that holds it, if it is one.
    std::uint64_t contended(const fiber& waiting) noexcept;

    /// `woken` waits for the lock no longer: it got it, or gave up. Returns whether it got it.
    bool left(const fiber& woken) noexcept;

    /// \param name  a string; 0: takes the name away.
    void set_name(const void* object, std::uint32_t name) noexcept;

private:
    [[nodiscard]] trace::object_row* find(std::uint64_t address) noexcept;
    trace::object_row* find_or_add(std::uint64_t address) noexcept;
    trace::object_row* take_row() noexcept;

    std::span<trace::object_row> rows_;
    trace::loop& loop_;
    std::unordered_map<std::uint64_t, std::uint32_t> by_address_;
    std::size_t next_to_reuse_ = 0;
};

}  // namespace weft::detail
