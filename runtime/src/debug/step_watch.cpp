// SPDX-License-Identifier: BSL-1.0
#include "debug/step_watch.hpp"

#include "blocked_signals.hpp"
#include "debug/monitor.hpp"
#include "loop_clock.hpp"
#include "scheduler.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

namespace weft::detail {

namespace {

std::mutex installing;
int installed = 0;
bool installed_ours = false;

void on_signal(int) {
    const int errno_before = errno;
    if (current_fiber != nullptr && current_fiber->home->debug() != nullptr) {
        current_fiber->home->debug()->steps().capture(2);  // this function and its caller, libc
    }
    errno = errno_before;
}

void install() noexcept {
    const std::lock_guard lock(installing);
    if (installed++ > 0) {
        return;
    }
    struct sigaction before {};
    ::sigaction(SIGURG, nullptr, &before);
    installed_ours = (before.sa_flags & SA_SIGINFO) == 0 && before.sa_handler == SIG_DFL;
    if (installed_ours) {
        struct sigaction ours {};
        ours.sa_handler = &on_signal;
        ours.sa_flags = SA_RESTART | SA_ONSTACK;  // a fiber's own stack may be nearly full
        ::sigemptyset(&ours.sa_mask);
        ::sigaction(SIGURG, &ours, nullptr);
    }
}

void uninstall() noexcept {
    const std::lock_guard lock(installing);
    if (--installed == 0 && installed_ours) {
        struct sigaction now {};
        ::sigaction(SIGURG, nullptr, &now);
        if (now.sa_handler == &on_signal) {  // else somebody else has taken over since
            now.sa_handler = SIG_DFL;
            ::sigaction(SIGURG, &now, nullptr);
        }
    }
}

bool may_signal() noexcept {
    const std::lock_guard lock(installing);
    return installed_ours;
}

}  // namespace

step_watch::step_watch(clock::duration limit)
    : limit_(limit),
      pause_(std::max<clock::duration>(limit / 2, std::chrono::milliseconds(1))),
      loop_(::pthread_self()) {
    stack_capture::prepare();
    install();
    const blocked_signals blocked;
    try {
        thread_ = std::thread(&step_watch::watch, this);
    } catch (...) {
        uninstall();
        throw;
    }
}

step_watch::~step_watch() {
    {
        const std::lock_guard lock(guard_);
        stopping_ = true;
    }
    stopped_.notify_one();
    thread_.join();
    uninstall();
}

void step_watch::begin() noexcept {
    began_.store(monotonic_now().time_since_epoch().count(), std::memory_order_relaxed);
    // Release pairs with look(): whoever sees the step sees when it began.
    step_.store(step_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

std::optional<slow_step> step_watch::end() noexcept {
    const auto step = step_.load(std::memory_order_relaxed);
    if (step % 2 == 0) {
        return std::nullopt;
    }
    step_.store(step + 1, std::memory_order_release);
    const auto took = monotonic_now().time_since_epoch() -
                      clock::duration(began_.load(std::memory_order_relaxed));
    if (took < limit_) {
        return std::nullopt;
    }
    slow_step slow{took, {}};
    try {
        if (captured_ == step) {
            slow.stack = stack_.lines();
        }
    } catch (...) {  // no memory for the stack: the step matters more
    }
    return slow;
}

void step_watch::capture(std::size_t skipped) noexcept {
    const auto step = step_.load(std::memory_order_relaxed);
    if (step == wanted_.load(std::memory_order_acquire) && captured_ != step) {
        stack_.take(skipped + 1);
        captured_ = step;
    }
}

void step_watch::watch() {
    ::pthread_setname_np(::pthread_self(), "weft-debug");
    std::unique_lock lock(guard_);
    while (!stopping_) {
        const auto pause = look();
        stopped_.wait_for(lock, pause, [&] { return stopping_; });
    }
}

/// Asks for the stack of a step that takes too long. Returns when to look again.
clock::duration step_watch::look() noexcept {
    const auto step = step_.load(std::memory_order_acquire);
    const clock::time_point began{clock::duration(began_.load(std::memory_order_relaxed))};
    const auto age = monotonic_now() - began;
    if (step % 2 == 0 || wanted_.load(std::memory_order_relaxed) == step) {
        return pause_;
    }
    if (age < limit_) {
        return std::min(limit_ - age, pause_);
    }
    wanted_.store(step, std::memory_order_release);
    if (may_signal()) {
        ::pthread_kill(loop_, SIGURG);
    }
    return pause_;
}

}  // namespace weft::detail
