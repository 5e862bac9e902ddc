// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// How handlers of signals end a fiber's wait: for layers that give EINTR.

namespace weft::detail {

struct fiber;
class scheduler;

/// The main fiber of the runtime on this thread; null if there is none. Handlers may read it.
extern constinit thread_local fiber* main_fiber;

/// Sets main_fiber, of the runtime on this thread.
void watch_signals_for(fiber* main, scheduler& home) noexcept;

/// Has `told` called soon on the calling thread, which has a main fiber, between two fibers; the
/// loop is woken for that. Calls that come meanwhile count once.
///
/// Async-signal-safe.
void tell_loop(void (*told)() noexcept) noexcept;

/// tell_loop() for the loop: calls what was asked for.
void take_told() noexcept;

/// Ends the wait of a parked fiber, if cancellation could: it throws cancelled, of a scope that is
/// nobody's. Returns false if it is not parked.
///
/// Threads: that of its runtime.
bool end_wait(fiber& waiting) noexcept;

}  // namespace weft::detail
