// SPDX-License-Identifier: BSL-1.0
#include "pool_call.hpp"

#include <weft/worker_pool.hpp>

#include "signal_actions.hpp"
#include "signal_waits.hpp"

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace weft::interpose {

namespace {

constexpr int most_signals = 20;
constexpr timespec between_signals{0, 5'000'000};

constinit thread_local std::atomic<pool_call*> made_here{nullptr};

void on_signal_of_pool(int) {
    if (pool_call* const made = made_here.load(std::memory_order_relaxed); made != nullptr) {
        made->count_signal();
    }
}

}  // namespace

void pool_call::interrupt() noexcept {
    const std::lock_guard held(guard_);
    interrupted_ = true;
    if (thread_ != 0) {
        begin_signals();
    }
}

void pool_call::begin_signals() noexcept {
    const int number = signal_of_pool(&on_signal_of_pool);
    if (number == 0) {
        return;  // the program has taken it: the call goes on
    }
    if (!has_timer_) {
        sigevent event{};
        event.sigev_notify = SIGEV_THREAD_ID;
        event.sigev_signo = number;
        event._sigev_un._tid = thread_;
        has_timer_ = ::timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0;
    }
    if (has_timer_) {
        left_.store(most_signals, std::memory_order_relaxed);
        const itimerspec times{between_signals, {0, 1}};
        ::timer_settime(timer_, 0, &times, nullptr);
    }
}

void pool_call::count_signal() noexcept {
    if (left_.fetch_sub(1, std::memory_order_relaxed) == 1) {
        const int error = errno;
        const itimerspec no_more{};
        ::timer_settime(timer_, 0, &no_more, nullptr);
        errno = error;
    }
}

pool_call::running::running(pool_call& made) noexcept : made_(made) {
    sigset_t let_through;
    ::sigemptyset(&let_through);
    if (const int number = signal_of_pool(&on_signal_of_pool); number != 0) {
        ::sigaddset(&let_through, number);
    }
    ::pthread_sigmask(SIG_UNBLOCK, &let_through, &before_);  // one of a call before may come
    made_here.store(&made, std::memory_order_relaxed);
    const std::lock_guard held(made.guard_);
    made.thread_ = ::gettid();
    if (made.interrupted_) {
        made.begin_signals();
    }
}

pool_call::running::~running() {
    made_here.store(nullptr, std::memory_order_relaxed);
    {
        const std::lock_guard held(made_.guard_);
        made_.thread_ = 0;
        if (std::exchange(made_.has_timer_, false)) {
            ::timer_delete(made_.timer_);
        }
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void run_on_pool(handled_signals& mine, void (*work)(void*), void* argument) {
    pool_call made;
    const handled_signals::wait wait(mine, made);
    to_thread([&] {
        const pool_call::running now(made);
        work(argument);
    });
}

}  // namespace weft::interpose
