// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// Where C code enters weft, and leaves it without exceptions.

#include <weft/this_fiber.hpp>

#include "vfork.hpp"

#include <cerrno>

namespace weft::interpose {

/// Whether the caller is a fiber that may be suspended. False on plain threads, outside the life
/// of a runtime, in the child of a fork and in that of a vfork, which shares its parent's memory.
[[nodiscard]] inline bool on_fiber() noexcept {
    return this_fiber::id() != 0 && !in_vfork_child();
}

/// Begins each call that may block: throws cancelled, and lets others run now and then, since a
/// library may loop over descriptors that are always ready.
void checkpoint();

/// The errno that C code sees for the exception being handled.
[[nodiscard]] int errno_of_current_exception() noexcept;

/// Runs `body`, the wrapper's part inside of weft, and returns what it returns; `failed` with errno
/// set instead of an exception. A success leaves errno as it was.
template <class Result, class Body>
Result fiber_call(Result failed, Body&& body) noexcept {
    const int before = errno;
    try {
        const Result result = body();
        if (result != failed) {
            errno = before;
        }
        return result;
    } catch (...) {
        errno = errno_of_current_exception();
        return failed;
    }
}

}  // namespace weft::interpose
