// SPDX-License-Identifier: BSL-1.0
#include "interrupt_handler.hpp"

#include "scheduler.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

namespace weft::detail {

namespace {

std::atomic<scheduler*> told_of_interrupts{nullptr};

void on_interrupt(int) {
    if (auto* told = told_of_interrupts.load(std::memory_order_acquire)) {
        told->count_interrupt();
    }
}

}  // namespace

interrupt_handler::interrupt_handler(scheduler& told, bool wanted) noexcept {
    if (!wanted || ::getpid() != ::syscall(SYS_gettid)) {
        return;
    }
    if (::sigaction(SIGINT, nullptr, &before_) != 0 || (before_.sa_flags & SA_SIGINFO) != 0 ||
        before_.sa_handler != SIG_DFL) {
        return;
    }
    told_of_interrupts.store(&told, std::memory_order_release);
    struct sigaction ours {};
    ours.sa_handler = &on_interrupt;
    ours.sa_flags = SA_RESTART | SA_ONSTACK;
    ::sigemptyset(&ours.sa_mask);
    installed_ = ::sigaction(SIGINT, &ours, nullptr) == 0;
}

interrupt_handler::~interrupt_handler() {
    if (installed_) {
        ::sigaction(SIGINT, &before_, nullptr);
        told_of_interrupts.store(nullptr, std::memory_order_release);
    }
}

void forget_interrupts() noexcept {
    if (told_of_interrupts.exchange(nullptr) != nullptr) {
        ::signal(SIGINT, SIG_DFL);  // else it would not have been taken
    }
}

}  // namespace weft::detail
