// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// Calls on threads of the worker pool that a handler may end with EINTR.

#include <signal.h>
#include <sys/types.h>
#include <time.h>

#include <atomic>
#include <mutex>

namespace weft::interpose {

class handled_signals;

/// What ends a call that a thread of the pool makes, where it waits in the kernel: a signal of the
/// layer's own, whose handler does nothing. As that thread may be just about to wait, the signal
/// comes to it again every few milliseconds, for a limited number of times.
///
/// Threads: that of the fiber, but for running and count_signal().
class pool_call {
public:
    pool_call() = default;
    pool_call(const pool_call&) = delete;
    pool_call& operator=(const pool_call&) = delete;
    ~pool_call() = default;

    /// The call is to end, now or once it has begun.
    void interrupt() noexcept;

    /// On the thread of the pool: while it makes the call.
    class running {
    public:
        explicit running(pool_call& made) noexcept;
        running(const running&) = delete;
        running& operator=(const running&) = delete;
        ~running();

    private:
        pool_call& made_;
        sigset_t before_{};
    };

    /// On the thread of the pool, in the handler: the signal has come.
    void count_signal() noexcept;

private:
    void begin_signals() noexcept;

    std::mutex guard_;
    pid_t thread_ = 0;  // that makes the call now; 0: none
    bool interrupted_ = false;
    bool has_timer_ = false;
    timer_t timer_{};
    std::atomic<int> left_{0};
};

/// Executes `work(argument)` on a thread of the pool, as to_thread() does. When a handler without
/// SA_RESTART runs for the calling fiber, the kernel ends what waits there.
void run_on_pool(handled_signals& mine, void (*work)(void*), void* argument);

}  // namespace weft::interpose
