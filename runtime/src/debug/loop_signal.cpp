// SPDX-License-Identifier: BSL-1.0
#include "debug/loop_signal.hpp"

#include "debug/monitor.hpp"
#include "fork_guard.hpp"
#include "scheduler.hpp"

#include <atomic>
#include <cerrno>
#include <mutex>

namespace weft::detail {

namespace {

int installed = 0;  // with the rest, guarded by process_guard(): fork() must find it whole
std::atomic<bool> installed_ours = false;

void on_signal(int, siginfo_t*, void* context) {
    const int errno_before = errno;
    if (current_fiber != nullptr) {
        scheduler& home = *current_fiber->home;
        home.trace().interrupted(*static_cast<const ucontext_t*>(context), home.ready_count());
        if (home.debug() != nullptr) {
            home.debug()->steps().capture(2);  // this function and its caller, libc
        }
    }
    errno = errno_before;
}

}  // namespace

loop_signal::loop_signal() noexcept {
    const std::lock_guard lock(process_guard());
    if (installed++ > 0) {
        return;
    }
    struct sigaction before {};
    ::sigaction(number, nullptr, &before);
    installed_ours = (before.sa_flags & SA_SIGINFO) == 0 && before.sa_handler == SIG_DFL;
    if (installed_ours) {
        struct sigaction ours {};
        ours.sa_sigaction = &on_signal;
        // A fiber's own stack may be nearly full.
        ours.sa_flags = SA_RESTART | SA_ONSTACK | SA_SIGINFO;
        ::sigemptyset(&ours.sa_mask);
        ::sigaction(number, &ours, nullptr);
    }
}

loop_signal::~loop_signal() {
    const std::lock_guard lock(process_guard());
    if (--installed == 0 && installed_ours) {
        struct sigaction now {};
        ::sigaction(number, nullptr, &now);
        if (now.sa_sigaction == &on_signal) {  // else somebody else has taken over since
            now = {};
            now.sa_handler = SIG_DFL;
            ::sigaction(number, &now, nullptr);
        }
    }
}

bool loop_signal::ours() noexcept {
    return installed_ours;
}

void loop_signal::send(pthread_t thread) noexcept {
    if (ours()) {
        ::pthread_kill(thread, number);
    }
}

}  // namespace weft::detail
