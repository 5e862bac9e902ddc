// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mutex>

namespace weft::detail {

/// Sees to it that fork() leaves the child without runtimes: see "fork" in the room's README.
///
/// \throws std::bad_alloc  if there was no memory for that.
void guard_forks();

/// How many forks lie between the first process of the program and this one. What was
/// made in another generation belongs to the parent, and must not be touched.
[[nodiscard]] unsigned fork_generation() noexcept;

/// Guards what all runtimes of the process share. fork() takes it, so that the child finds that
/// whole.
[[nodiscard]] std::mutex& process_guard() noexcept;

/// A fiber's function has ended in the child of a fork(): says so and ends the process, since
/// everything that the fiber could return to is the parent's.
[[noreturn]] void leave_forked_child() noexcept;

}  // namespace weft::detail
