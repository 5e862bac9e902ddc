// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// The first word of a fiber's row: `version`, `state`, `reason`, `kind` and `known`.
///
/// It is always read and written whole. A processor that has just stored some bytes of a word can
/// only load the whole word once they have reached its cache, which takes longer than all the rest
/// that a wait does to the row. And one store of all of it, after the other members, lets a reader
/// see a wait at once: nothing need say beforehand that the row changes.

#include <weft/trace_format.hpp>

#include "trace/processor.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace weft::detail::row_head {

static_assert(std::endian::native == std::endian::little);
static_assert(offsetof(trace::fiber_row, version) == 0 && offsetof(trace::fiber_row, state) == 4 &&
              offsetof(trace::fiber_row, reason) == 5 && offsetof(trace::fiber_row, kind) == 6 &&
              offsetof(trace::fiber_row, known) == 7 && offsetof(trace::fiber_row, id) == 8);

inline constexpr std::uint64_t version_bits = 0xffff'ffff;

[[gnu::always_inline]] inline std::uint64_t load(const trace::fiber_row& row) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, &row, sizeof word);
    return word;
}

/// The members that are not in the head were written before.
[[gnu::always_inline]] inline void store(trace::fiber_row& row, std::uint64_t word) noexcept {
    processor::order_stores();
    std::memcpy(static_cast<void*>(&row), &word, sizeof word);
}

[[gnu::always_inline]] inline std::uint64_t word_of(trace::row_state state,
                                                    std::uint8_t reason) noexcept {
    return std::uint64_t{static_cast<std::uint8_t>(state)} << 32 | std::uint64_t{reason} << 40;
}

/// The state alone; `version` stays.
[[gnu::always_inline]] inline void show_state(trace::fiber_row& row,
                                              trace::row_state state) noexcept {
    constexpr std::uint64_t state_bits = std::uint64_t{0xff} << 32;
    store(row, (load(row) & ~state_bits) | word_of(state, 0));
}

/// The fiber waits, for the next time.
[[gnu::always_inline]] inline void show_wait(trace::fiber_row& row, std::uint8_t reason) noexcept {
    constexpr std::uint64_t kept = std::uint64_t{0xffff} << 48;  // kind and known
    const std::uint64_t before = load(row);
    store(row, (before & kept) | ((before + 2) & version_bits) |
                   word_of(trace::row_state::parked, reason));
}

/// The row is that of another fiber now.
[[gnu::always_inline]] inline void show_new(trace::fiber_row& row, trace::row_state state,
                                            trace::fiber_kind kind, std::uint8_t known) noexcept {
    store(row, ((load(row) + 2) & version_bits) | word_of(state, 0) |
                   std::uint64_t{static_cast<std::uint8_t>(kind)} << 48 |
                   std::uint64_t{known} << 56);
}

}  // namespace weft::detail::row_head
