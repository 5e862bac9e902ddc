// SPDX-License-Identifier: BSL-1.0
#include "signal_table.hpp"

#include <weft/error.hpp>

#include "system_failure.hpp"

#include <sched.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string>

/// Invariants:
/// 1. A signal has our handler only while its entry names an inbox: the entry is set before the
///    handler is installed and cleared after it was removed.
/// 2. An inbox outlives the handlers that may have found it: giving a signal back waits for those
///    that run.
/// 3. No signal is lost in between: a handler that comes too late to find an inbox raises the
///    signal again for the disposition that was restored.

namespace weft::detail {

namespace {

struct table_entry {
    std::atomic<signal_inbox*> inbox{nullptr};
    struct sigaction before {};  // belongs to the owner of the inbox
};

std::array<table_entry, NSIG> table;
std::atomic<int> handlers_running{0};
std::atomic<std::uint64_t> arrivals{0};

table_entry& entry(int number) noexcept {
    return table[static_cast<std::size_t>(number)];
}

// All sequentially consistent: either this finds the entry cleared, or give_signal_back() finds
// this one running.
void on_signal(int number) {
    const int saved = errno;
    handlers_running.fetch_add(1);
    if (auto* inbox = entry(number).inbox.load()) {
        inbox->note(number);
    } else {
        ::raise(number);
    }
    handlers_running.fetch_sub(1);
    errno = saved;
}

void put_back(int number) noexcept {
    struct sigaction now {};
    ::sigaction(number, nullptr, &now);
    if (now.sa_handler == &on_signal) {  // else somebody else has taken over since
        ::sigaction(number, &entry(number).before, nullptr);
    }
    entry(number).inbox.store(nullptr);
}

}  // namespace

signal_inbox::signal_inbox() : wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!wake) {
        throw_errno("signals: eventfd");
    }
}

void signal_inbox::note(int number) noexcept {
    std::uint64_t none = 0;
    if (arrived[static_cast<std::size_t>(number)].compare_exchange_strong(none, ++arrivals)) {
        const std::uint64_t one = 1;
        static_cast<void>(::write(wake.get(), &one, sizeof one));
    }
}

std::optional<int> signal_inbox::take() noexcept {
    std::size_t first = 0;
    std::uint64_t turn = 0;
    for (std::size_t number = 1; number < arrived.size(); ++number) {
        const auto its = arrived[number].load();
        if (its != 0 && (turn == 0 || its < turn)) {
            first = number;
            turn = its;
        }
    }
    if (turn == 0) {
        return std::nullopt;
    }
    arrived[first].store(0);
    return static_cast<int>(first);
}

bool claim_signal(int number, signal_inbox& inbox) {
    signal_inbox* nobody = nullptr;
    if (!entry(number).inbox.compare_exchange_strong(nobody, &inbox)) {
        return false;
    }
    struct sigaction ours {};
    ours.sa_handler = &on_signal;
    ours.sa_flags = SA_RESTART | SA_ONSTACK;
    ::sigfillset(&ours.sa_mask);
    if (::sigaction(number, &ours, &entry(number).before) != 0) {
        entry(number).inbox.store(nullptr);
        throw usage_error("signals: signal " + std::to_string(number) + " cannot be received");
    }
    return true;
}

void give_signal_back(int number, const signal_inbox& inbox) noexcept {
    if (entry(number).inbox.load() != &inbox) {
        return;
    }
    put_back(number);
    while (handlers_running.load() != 0) {
        ::sched_yield();
    }
}

void give_all_signals_back() noexcept {
    for (int number = 1; number < NSIG; ++number) {
        if (entry(number).inbox.load() != nullptr) {
            put_back(number);
        }
    }
    handlers_running.store(0);  // those that ran on other threads exist in the parent only
}

}  // namespace weft::detail
