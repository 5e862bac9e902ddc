// SPDX-License-Identifier: BSL-1.0

// sigaction, signal and its kin: a program's handlers are called by one of this layer's, which
// notes that a handler has run. All else stays as the program set it: flags, masks and stacks are
// the kernel's, as are siginterrupt() and what fork() and exec do.

#include "signal_actions.hpp"

#include "in_handler.hpp"
#include "real_of.hpp"
#include "signal_waits.hpp"

#include <array>
#include <atomic>
#include <cstring>
#include <mutex>

extern "C" {
int __sigaction(int number, const struct sigaction* wanted, struct sigaction* before);
sighandler_t __sysv_signal(int number, sighandler_t wanted) noexcept;
}

namespace weft::interpose {

namespace {

using handler_of_one = void (*)(int);
using handler_of_three = void (*)(int, siginfo_t*, void*);

/// The program's handlers. One that it has taken away stays here: it may be about to be called.
constinit std::array<std::atomic<handler_of_one>, NSIG> handlers{};

constinit std::atomic<bool> any{false};

using sigaction_function = int (*)(int, const struct sigaction*, struct sigaction*);

// Resolved before the program's constructors, since handlers use it.
constinit sigaction_function real_sigaction_found = nullptr;

[[gnu::constructor(101)]] void look_up_sigaction() {
    look_up(real_sigaction_found, "sigaction");
}

int real_sigaction(int number, const struct sigaction* wanted, struct sigaction* before) noexcept {
    if (real_sigaction_found == nullptr) {
        look_up_sigaction();
    }
    return real_sigaction_found(number, wanted, before);
}

std::atomic<handler_of_one>& handler_for(int number) noexcept {
    return handlers[static_cast<std::size_t>(number)];
}

// Of the pool; written with a lock held, and 0 once the program takes the signal.
constinit std::atomic<int> pools_signal{0};
constinit std::mutex guard_of_pools_signal;

/// What the kernel calls.
void on_signal(int number, siginfo_t* about, void* context) {
    const int error = errno;
    struct sigaction now {};
    real_sigaction(number, nullptr, &now);
    note_handler((now.sa_flags & SA_RESTART) != 0);
    errno = error;
    // One of one argument ignores the others, as when the kernel calls it.
    const handler_of_one called = handler_for(number).load(std::memory_order_relaxed);
    const entered_handler entered;
    reinterpret_cast<handler_of_three>(reinterpret_cast<void*>(called))(number, about, context);
}

handler_of_one trampoline() noexcept {
    return reinterpret_cast<handler_of_one>(reinterpret_cast<void*>(&on_signal));
}

/// Whether calls of the handler are to be noted. Not of those for what a fiber itself does while it
/// runs, which ends no wait: faults, and writing to a pipe that nobody reads.
bool is_noted(int number, handler_of_one wanted) noexcept {
    const bool is_handler = wanted != SIG_DFL && wanted != SIG_IGN && wanted != SIG_ERR &&
                            wanted != SIG_HOLD && wanted != trampoline();
    const bool is_own = number == SIGSEGV || number == SIGBUS || number == SIGFPE ||
                        number == SIGILL || number == SIGTRAP || number == SIGSYS ||
                        number == SIGPIPE;
    // What the child of a vfork() sets is its own, but this memory is its parent's.
    return is_handler && !is_own && number > 0 && number < NSIG && !in_vfork_child();
}

/// The handler that the program has set, where the kernel names this one.
handler_of_one as_set(handler_of_one seen, handler_of_one programs) noexcept {
    return seen == trampoline() ? programs : seen;
}

handler_of_one handler_before(int number) noexcept {
    return number > 0 && number < NSIG ? handler_for(number).load(std::memory_order_relaxed)
                                       : nullptr;
}

void keep(int number, handler_of_one programs) noexcept {
    handler_for(number).store(programs, std::memory_order_relaxed);
    any.store(true, std::memory_order_relaxed);
}

bool is_pools(int number) noexcept {
    return number != 0 && number == pools_signal.load(std::memory_order_relaxed);
}

/// The program sets this signal's action. The memory of a vfork's child is its parent's.
void give_up_if_pools(int number) noexcept {
    if (!in_vfork_child() && number != 0) {
        pools_signal.compare_exchange_strong(number, 0, std::memory_order_relaxed);
    }
}

/// Of the real-time signals the last that has its default action, but for one which debuggers use.
int take_free_signal(handler_of_one handler) noexcept {
    for (int number = SIGRTMAX - 1; number >= SIGRTMIN; --number) {
        struct sigaction now {};
        if (real_sigaction(number, nullptr, &now) == 0 && now.sa_handler == SIG_DFL) {
            struct sigaction own {};
            own.sa_handler = handler;
            return real_sigaction(number, &own, nullptr) == 0 ? number : 0;
        }
    }
    return 0;
}

int set_action(int number, const struct sigaction* wanted, struct sigaction* before) noexcept {
    const bool was_pools = is_pools(number);
    const handler_of_one programs = handler_before(number);
    struct sigaction set {};
    if (wanted != nullptr) {
        set = *wanted;
        if (is_noted(number, set.sa_handler)) {
            keep(number, set.sa_handler);
            set.sa_handler = trampoline();
        }
    }
    if (wanted != nullptr) {
        give_up_if_pools(number);
    }
    const int result = real_sigaction(number, wanted != nullptr ? &set : nullptr, before);
    if (result == 0 && before != nullptr) {
        before->sa_handler = as_set(before->sa_handler, programs);
        if (was_pools) {
            std::memset(before, 0, sizeof *before);  // the default action
        }
    }
    return result;
}

/// signal() and its kin, which differ in the flags that libc's own functions choose.
sighandler_t set_by(sighandler_t (*real_function)(int, sighandler_t), int number,
                    sighandler_t wanted) noexcept {
    const bool was_pools = is_pools(number);
    const handler_of_one programs = handler_before(number);
    if (is_noted(number, wanted)) {
        keep(number, wanted);
        wanted = trampoline();
    }
    give_up_if_pools(number);
    const handler_of_one before = as_set(real_function(number, wanted), programs);
    return was_pools ? SIG_DFL : before;
}

}  // namespace

bool any_handler() noexcept {
    return any.load(std::memory_order_relaxed);
}

int signal_of_pool(void (*handler)(int)) noexcept {
    if (const int number = pools_signal.load(std::memory_order_relaxed); number != 0) {
        return number;
    }
    const std::lock_guard held(guard_of_pools_signal);
    if (pools_signal.load(std::memory_order_relaxed) == 0) {
        pools_signal.store(take_free_signal(handler), std::memory_order_relaxed);
    }
    return pools_signal.load(std::memory_order_relaxed);
}

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

int sigaction(int number, const struct sigaction* wanted, struct sigaction* before) noexcept {
    return set_action(number, wanted, before);
}

int __sigaction(int number, const struct sigaction* wanted, struct sigaction* before) {
    return set_action(number, wanted, before);
}

sighandler_t signal(int number, sighandler_t wanted) noexcept {
    return set_by(real_of<&::signal>("signal"), number, wanted);
}

sighandler_t bsd_signal(int number, sighandler_t wanted) noexcept {
    return signal(number, wanted);
}

sighandler_t ssignal(int number, sighandler_t wanted) noexcept {
    return signal(number, wanted);
}

sighandler_t sysv_signal(int number, sighandler_t wanted) noexcept {
    return set_by(real_of<&::sysv_signal>("sysv_signal"), number, wanted);
}

sighandler_t __sysv_signal(int number, sighandler_t wanted) noexcept {
    return sysv_signal(number, wanted);
}

sighandler_t sigset(int number, sighandler_t wanted) noexcept {
    static const auto found = [] {
        pointer_to<&::signal> pointer{};  // of the same type; libc deprecates this one
        look_up(pointer, "sigset");
        return pointer;
    }();
    return set_by(found, number, wanted);
}

// What weft's own code calls; see internal_calls.cpp.

int __wrap_sigaction(int number, const struct sigaction* wanted, struct sigaction* before) {
    return real_sigaction(number, wanted, before);
}

sighandler_t __wrap_signal(int number, sighandler_t wanted) {
    return real_of<&::signal>("signal")(number, wanted);
}

}  // extern "C"
