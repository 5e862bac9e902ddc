// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// Where C code enters weft, and leaves it without exceptions.

#include <weft/scope.hpp>
#include <weft/this_fiber.hpp>

#include "fiber_locale.hpp"
#include "in_handler.hpp"
#include "report.hpp"
#include "vfork.hpp"

#include <cerrno>

namespace weft::interpose {}  // namespace weft::interpose

namespace weft::detail {

struct fiber;

/// The runtime's own: the fiber that runs on this thread, null outside of fibers. Declared here,
/// too, because a call of this_fiber::id() is what a read() outside of fibers would cost most.
extern constinit thread_local fiber* current_fiber __attribute__((tls_model("initial-exec")));

}  // namespace weft::detail

namespace weft::interpose {

/// Whether the caller is surely no fiber. What is called often asks this first and leaves all else
/// to a function out of line, so that a call that passes through costs a load and a branch, and no
/// frame.
[[nodiscard]] inline bool is_no_fiber() noexcept {
    return weft::detail::current_fiber == nullptr;
}

/// Whether the caller is a fiber that may be suspended. False on plain threads, outside the life
/// of a runtime, in the handler of a signal, in the child of a fork and in that of a vfork, which
/// shares its parent's memory.
[[nodiscard]] inline bool is_fiber() noexcept {
    return !is_no_fiber() && !in_vfork_child() && !in_handler();
}

/// The same, asked by a function that stands for one of libc, whose calls are counted.
[[nodiscard]] inline bool on_fiber(const char* function = __builtin_FUNCTION()) noexcept {
    if (!is_fiber()) {
        return false;
    }
    count_call(function);
    return true;
}

/// Begins each call that may block: throws cancelled, and lets others run now and then, since a
/// library may loop over descriptors that are always ready.
void checkpoint();

/// The errno that C code sees for the exception being handled.
[[nodiscard]] int errno_of_current_exception() noexcept;

/// For threads that are fibers: does not return if pthread_cancel() has asked the caller to end.
void leave_if_cancelled();

/// Whether such a thread ends already, or has disabled its cancellation, and so does not see it.
[[nodiscard]] bool ignores_cancellation() noexcept;

/// Whether the exception being handled is a cancellation that the caller does not see.
[[nodiscard]] bool is_ignored_cancellation() noexcept;

template <class Result, class Body>
Result fiber_call(Result failed, Body&& body);

/// fiber_call() once more, shielded. Out of line, as what is on the stack of a fiber that waits
/// counts thousands of times.
template <class Result, class Body>
[[gnu::noinline]] Result fiber_call_again(Result failed, Body& body) {
    return weft::detail::run_shielded([&] { return fiber_call<Result>(failed, body); });
}

/// Runs `body`, the wrapper's part inside of weft, and returns what it returns; `failed` with errno
/// set instead of an exception. A success leaves errno as it was.
///
/// Not noexcept: a thread that is cancelled is unwound from here.
template <class Result, class Body>
Result fiber_call(Result failed, Body&& body) {
    const locale_aside aside;
    const int before = errno;
    bool again = false;
    try {
        const Result result = body();
        if (result != failed) {
            errno = before;
        }
        return result;
    } catch (...) {
        again = is_ignored_cancellation();
        errno = again ? before : errno_of_current_exception();
    }
    if (again) {
        return fiber_call_again<Result>(failed, body);
    }
    leave_if_cancelled();
    return failed;
}

}  // namespace weft::interpose
