// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mutex>

namespace weft::detail {

/// Makes fork() leave the child without runtimes: see "fork" in the room's README. Takes effect
/// once per process.
void guard_forks();

/// How many forks lie between the first process that called guard_forks() and this one. What was
/// made in another generation belongs to the parent, and must not be touched.
[[nodiscard]] unsigned fork_generation() noexcept;

/// Guards what all runtimes of the process share. fork() takes it, so that the child finds that
/// whole.
[[nodiscard]] std::mutex& process_guard() noexcept;

/// A fiber's function has ended in the child of a fork(): says so and ends the process, since
/// everything that the fiber could return to is the parent's.
[[noreturn]] void leave_forked_child() noexcept;

}  // namespace weft::detail
