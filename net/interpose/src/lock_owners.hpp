// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace weft::interpose {

/// Which fiber holds which lock, where libc asks for the owner: libc only knows the thread, which
/// all fibers share. The table knows locks that fibers hold, and no others.
///
/// Threads: any.
namespace lock_owners {

/// The id of the fiber that holds the lock; 0 if none does.
[[nodiscard]] std::uint64_t of(const void* lock) noexcept;

/// The calling fiber has taken the lock, or has taken it once more.
void add(const void* lock);

/// The owner has let go of it once.
void remove(const void* lock) noexcept;

}  // namespace lock_owners

}  // namespace weft::interpose
