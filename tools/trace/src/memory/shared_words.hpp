// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>

namespace weft::trace_tool {

/// A word that another process may be writing.
inline std::uint64_t load_word(const std::byte* from) noexcept {
    return __atomic_load_n(reinterpret_cast<const std::uint64_t*>(from), __ATOMIC_RELAXED);
}

/// Copies a struct that another process may be writing, word by word. The source is aligned to 8
/// bytes and has `size` bytes; what it lacks of T is zero.
template <class T>
T copy_words(const std::byte* from, std::size_t size) noexcept {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) % 8 == 0);
    std::array<std::uint64_t, sizeof(T) / 8> words{};
    const std::size_t count = std::min(size, sizeof(T)) / 8;
    for (std::size_t i = 0; i < count; ++i) {
        words[i] = load_word(from + i * 8);
    }
    return std::bit_cast<T>(words);
}

/// How often a row that is being changed is read again. A change takes nanoseconds, unless its
/// writer was stopped in the middle of it.
inline constexpr int read_attempts = 1000;

/// Copies a row that begins with its version, which is odd while the row changes. Nothing if it
/// changed at each attempt.
template <class Row>
std::optional<Row> copy_row(const std::byte* from, std::size_t size) noexcept {
    const auto* version = reinterpret_cast<const std::uint32_t*>(from);
    for (int attempt = 0; attempt < read_attempts; ++attempt) {
        // Acquire, and the fence below: the copy is not read before, or after, its version. Their
        // partners are the writer's ordered stores around each change.
        const std::uint32_t before = __atomic_load_n(version, __ATOMIC_ACQUIRE);
        if (before % 2 == 0) {
            const Row row = copy_words<Row>(from, size);
            __atomic_thread_fence(__ATOMIC_ACQUIRE);
            if (__atomic_load_n(version, __ATOMIC_RELAXED) == before) {
                return row;
            }
        }
    }
    return std::nullopt;
}

}  // namespace weft::trace_tool
