// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace weft::interpose {

/// Which fiber holds which lock, where libc asks for the owner: libc only knows the thread, which
/// all fibers share. The table knows locks that fibers hold, and no others.
///
/// A lock may be destroyed, made anew or given back where this layer does not see it, and then what
/// the table says is stale. libc's own note of the thread that holds it tells: `thread` below, null
/// if there is no such note.
///
/// Threads: any.
namespace lock_owners {

/// The id of the fiber that holds the lock; 0 if none does.
///
/// If libc notes another thread by now than when the lock was taken, the table forgets it.
[[nodiscard]] std::uint64_t of(const void* lock, const int* thread = nullptr) noexcept;

/// The calling fiber has taken the lock, or has taken it once more.
///
/// \throws std::bad_alloc
void add(const void* lock, const int* thread = nullptr);

/// The owner is about to let go of it once: not before, as whoever takes it then is its owner.
void remove(const void* lock) noexcept;

}  // namespace lock_owners

}  // namespace weft::interpose
