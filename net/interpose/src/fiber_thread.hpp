// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/cross_thread/event.hpp>
#include <weft/task.hpp>

#include "signal_waits.hpp"

#include <pthread.h>
#include <unwind.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace weft::interpose {

/// A thread of a program whose threads are fibers.
///
/// Threads: that of the runtime, but `ended`.
struct fiber_thread {
    pthread_t self = 0;
    void* (*start)(void*) = nullptr;
    void* argument = nullptr;
    void* result = nullptr;
    bool is_main = false;
    bool detached = false;
    bool being_joined = false;
    bool cancel_requested = false;
    bool can_be_cancelled = true;
    bool began = false;
    bool leaving = false;  // by pthread_exit() or cancellation
    int cancel_type = PTHREAD_CANCEL_DEFERRED;
    __pthread_unwind_buf_t* cleanup = nullptr;  // the innermost pthread_cleanup_push()
    void** end = nullptr;                       // where leave_thread() ends
    _Unwind_Exception unwinding{};
    std::byte* stack_low = nullptr;
    std::size_t stack_size = 0;
    std::array<char, 16> name{};
    task<> fiber;  // empty: that of main()
    cross_thread::event ended;
    handled_signals signals;  // of main(): those of the runtime's main fiber are used
};

/// Whether pthread_create() makes fibers: chosen by weft-run, for the life of the process.
[[nodiscard]] bool threads_are_fibers() noexcept;

/// The calling thread, if it is a fiber; also in the child that it forked.
[[nodiscard]] fiber_thread* this_fiber_thread() noexcept;

/// Whether the caller is main() of such a program.
[[nodiscard]] bool on_main_thread_of_program() noexcept;

/// The fiber behind a number that pthread_create() or pthread_self() gave; null for others.
///
/// Threads: any.
[[nodiscard]] std::shared_ptr<fiber_thread> find_fiber_thread(pthread_t number) noexcept;

/// Calls `function` for all of them. Returns whether all returned true.
bool for_each_fiber_thread(bool (*function)(fiber_thread&)) noexcept;

/// Forgets a thread that was joined, or that ended detached.
void forget_fiber_thread(const fiber_thread& gone) noexcept;

/// Starts a thread. Returns what pthread_create() returns.
int start_fiber_thread(pthread_t* number, const pthread_attr_t* attributes, void* (*start)(void*),
                       void* argument) noexcept;

/// Calls main() as the first thread of a program whose threads are fibers; ends the process.
///
/// \param stack_size  of a thread that does not ask for another one.
[[noreturn]] void run_main_thread(int (*program)(int, char**, char**), int count, char** arguments,
                                  std::size_t stack_size) noexcept;

/// A thread that waits is to see that it was cancelled, unless it ignores that. Nothing happens
/// before it has begun.
void end_wait_of_cancelled(fiber_thread& thread);

/// Ends the calling thread: runs what pthread_cleanup_push() and C++ left to be run.
[[noreturn]] void leave_thread(fiber_thread& self, void* result);

/// Whether pthread_create() is to make a thread of weft's own.
extern constinit thread_local bool making_internal_thread;

}  // namespace weft::interpose
