// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace weft::trace_tool {

/// A word that another process may be writing.
inline std::uint64_t load_word(const std::byte* from) noexcept {
    return __atomic_load_n(reinterpret_cast<const std::uint64_t*>(from), __ATOMIC_RELAXED);
}

/// Copies a struct that another process may be writing, word by word. The source is aligned to 8
/// bytes and has `size` bytes; what it lacks of T is zero.
template <class T>
void copy_words(const std::byte* from, std::size_t size, T& into) noexcept {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) % 8 == 0);
    auto* to = reinterpret_cast<std::byte*>(&into);
    const std::size_t count = std::min(size, sizeof(T)) / 8;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t word = load_word(from + i * 8);
        std::memcpy(to + i * 8, &word, sizeof word);
    }
    std::memset(to + count * 8, 0, sizeof(T) - count * 8);
}

template <class T>
T copy_words(const std::byte* from, std::size_t size) noexcept {
    T copy;
    copy_words(from, size, copy);
    return copy;
}

/// How often a row that is being changed is read again. A change takes nanoseconds, unless its
/// writer was stopped in the middle of it.
inline constexpr int read_attempts = 1000;

/// Copies a row whose first word has its version, which is odd while the row changes. False if it
/// changed at each attempt.
///
/// The whole word is compared, since a fiber's row changes its state in it without being odd
/// before: until that store, what was written for the new state stands beside the old one.
template <class Row>
bool copy_row(const std::byte* from, std::size_t size, Row& into) noexcept {
    const auto* head = reinterpret_cast<const std::uint64_t*>(from);
    for (int attempt = 0; attempt < read_attempts; ++attempt) {
        // Acquire, and the fence below: the copy is not read before, or after, its head. Their
        // partners are the writer's ordered stores around each change.
        const std::uint64_t before = __atomic_load_n(head, __ATOMIC_ACQUIRE);
        if (static_cast<std::uint32_t>(before) % 2 == 0) {
            copy_words(from, size, into);
            __atomic_thread_fence(__ATOMIC_ACQUIRE);
            if (__atomic_load_n(head, __ATOMIC_RELAXED) == before) {
                return true;
            }
        }
    }
    return false;
}

}  // namespace weft::trace_tool
