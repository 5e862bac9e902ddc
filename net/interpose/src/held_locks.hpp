// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "report.hpp"

#include <cstdio>

namespace weft::interpose {

/// Which locks a fiber holds while it waits for something else, for the report: whoever wants one
/// of them waits as long, and a circle of such waits never ends. Nothing is noted without a report.
namespace held_locks {

/// The calling fiber has taken a lock, or has given it back. \param code  where it was taken.
void add(const void* lock, const void* code) noexcept;
void remove(const void* lock) noexcept;

/// The calling fiber is about to wait.
void note_wait() noexcept;

/// Writes what was seen.
void write(std::FILE* to);

}  // namespace held_locks

inline void note_taken(const void* lock, const void* code) noexcept {
    if (report::wanted.load(std::memory_order_relaxed)) [[unlikely]] {
        held_locks::add(lock, code);
    }
}

inline void note_given_back(const void* lock) noexcept {
    if (report::wanted.load(std::memory_order_relaxed)) [[unlikely]] {
        held_locks::remove(lock);
    }
}

/// The same for the result of a function that takes a lock, which it returns.
inline int noted(int result, const void* lock, const void* code) noexcept {
    if (result == 0) {
        note_taken(lock, code);
    }
    return result;
}

inline void note_wait() noexcept {
    if (report::wanted.load(std::memory_order_relaxed)) [[unlikely]] {
        held_locks::note_wait();
    }
}

}  // namespace weft::interpose
