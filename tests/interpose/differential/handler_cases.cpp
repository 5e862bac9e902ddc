// SPDX-License-Identifier: BSL-1.0

// How a program sets handlers, what it is told of them, and how they are called.

#include "interpose/differential/signal_cases.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <string>

extern "C" {
int __sigaction(int number, const struct sigaction* wanted, struct sigaction* before);
sighandler_t __sysv_signal(int number, sighandler_t wanted) noexcept;
}

namespace weft::test {
namespace {

constexpr int tested_signal = SIGUSR1;

std::atomic<int> handler_calls{0};
std::atomic<int> handler_depth{0};
std::atomic<int> deepest_handler{0};
std::atomic<bool> other_blocked{false};
std::atomic<bool> itself_blocked{false};
std::atomic<int> told_code{0};
std::atomic<void*> stack_seen{nullptr};

void observe_handler() {
    char here = 0;
    stack_seen = &here;
    sigset_t mask;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    other_blocked = ::sigismember(&mask, SIGUSR2) == 1;
    itself_blocked = ::sigismember(&mask, tested_signal) == 1;
    ++handler_calls;
}

void handler_of_one(int) {
    observe_handler();
}

void handler_of_three(int, siginfo_t* about, void*) {
    told_code = about->si_code;
    observe_handler();
}

void handler_that_raises(int number) {
    const int now = ++handler_depth;
    deepest_handler = std::max(deepest_handler.load(), now);
    if (++handler_calls < 3) {
        ::raise(number);
    }
    --handler_depth;
}

const char* name_of_handler(sighandler_t handler) {
    if (handler == SIG_DFL) {
        return "default";
    }
    if (handler == SIG_IGN) {
        return "ignored";
    }
    if (handler == SIG_ERR) {
        return "error";
    }
    return handler == &handler_of_one || handler == &handler_that_raises ? "the program's"
                                                                         : "another";
}

void note_action(session& with, const struct sigaction& seen) {
    const bool three = (seen.sa_flags & SA_SIGINFO) != 0;
    with.note_text("handler", three && seen.sa_sigaction == &handler_of_three
                                  ? "the program's of three"
                                  : name_of_handler(seen.sa_handler));
    with.note("flags", seen.sa_flags & ~0x04000000);  // SA_RESTORER is libc's
    with.note("blocks SIGUSR2", ::sigismember(&seen.sa_mask, SIGUSR2));
}

void note_present_action(session& with) {
    struct sigaction now {};
    with.note("sigaction", ::sigaction(tested_signal, nullptr, &now));
    note_action(with, now);
}

/// The signal is as it was afterwards.
class kept_action {
public:
    kept_action() {
        ::sigaction(tested_signal, nullptr, &before_);
        ::signal(tested_signal, SIG_DFL);
        handler_calls = handler_depth = deepest_handler = 0;
    }
    kept_action(const kept_action&) = delete;
    kept_action& operator=(const kept_action&) = delete;
    ~kept_action() { ::sigaction(tested_signal, &before_, nullptr); }

private:
    struct sigaction before_ {};
};

void note_call(session& with) {
    handler_calls = 0;
    ::raise(tested_signal);
    with.note("calls", handler_calls);
    with.note("SIGUSR2 blocked", other_blocked ? 1 : 0);
    with.note("itself blocked", itself_blocked ? 1 : 0);
}

template <class Set>
void set_tell_and_call(session& with, int flags, Set set) {
    const kept_action kept;
    struct sigaction wanted {};
    if ((flags & SA_SIGINFO) != 0) {
        wanted.sa_sigaction = &handler_of_three;
    } else {
        wanted.sa_handler = &handler_of_one;
    }
    wanted.sa_flags = flags;
    ::sigaddset(&wanted.sa_mask, SIGUSR2);
    struct sigaction before {};
    with.note("set", set(tested_signal, &wanted, &before));
    note_action(with, before);
    note_present_action(with);
    note_call(with);
    note_present_action(with);
    with.note("code", told_code);
    with.note("set again", set(tested_signal, &wanted, &before));
    note_action(with, before);
}

void nested_handlers(session& with, int flags) {
    const kept_action kept;
    struct sigaction wanted {};
    wanted.sa_handler = &handler_that_raises;
    wanted.sa_flags = flags;
    ::sigaction(tested_signal, &wanted, nullptr);
    ::raise(tested_signal);
    with.note("calls", handler_calls);
    with.note("deepest", deepest_handler);
}

void on_other_stack(session& with) {
    const kept_action kept;
    static std::array<char, 65536> memory;
    stack_t before{};
    const stack_t other{memory.data(), 0, memory.size()};
    ::sigaltstack(&other, &before);
    struct sigaction wanted {};
    wanted.sa_handler = &handler_of_one;
    wanted.sa_flags = SA_ONSTACK;
    ::sigaction(tested_signal, &wanted, nullptr);
    ::raise(tested_signal);
    const auto* const seen = static_cast<const char*>(stack_seen.load());
    with.note("on it", seen >= memory.data() && seen < memory.data() + memory.size());
    ::sigaltstack(&before, nullptr);
}

void refused_numbers(session& with) {
    const kept_action kept;
    struct sigaction wanted {};
    wanted.sa_handler = &handler_of_one;
    for (const int number : {0, -1, SIGKILL, SIGSTOP, NSIG, 1 << 20}) {
        with.note("sigaction", ::sigaction(number, &wanted, nullptr));
        with.note_text("signal", name_of_handler(::signal(number, &handler_of_one)));
    }
}

void default_and_ignored(session& with) {
    const kept_action kept;
    with.note_text("signal", name_of_handler(::signal(tested_signal, &handler_of_one)));
    with.note_text("signal", name_of_handler(::signal(tested_signal, SIG_IGN)));
    note_call(with);
    with.note_text("signal", name_of_handler(::signal(tested_signal, SIG_DFL)));
    note_present_action(with);
}

template <class Set>
void set_simply(session& with, Set set) {
    const kept_action kept;
    with.note_text("before", name_of_handler(set(tested_signal, &handler_of_one)));
    note_present_action(with);
    note_call(with);
    note_present_action(with);
    with.note_text("before", name_of_handler(set(tested_signal, &handler_of_one)));
}

void by_siginterrupt(session& with) {
    const kept_action kept;
    ::signal(tested_signal, &handler_of_one);
    for (const int on : {1, 0}) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
        with.note("siginterrupt", ::siginterrupt(tested_signal, on));
#pragma GCC diagnostic pop
        note_present_action(with);
        ::signal(tested_signal, &handler_of_one);
        note_present_action(with);
    }
}

/// How a child ends that does this.
template <class Body>
void note_end_of_child(session& with, Body body) {
    const pid_t child = ::fork();
    if (child == 0) {
        body();
        ::_exit(99);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    with.note("status", status);
}

void inherited_by_fork(session& with) {
    const kept_action kept;
    ::signal(tested_signal, &handler_of_one);
    note_end_of_child(with, [] {
        handler_calls = 0;
        ::raise(tested_signal);
        struct sigaction now {};
        ::sigaction(tested_signal, nullptr, &now);
        ::_exit(handler_calls * 2 + (now.sa_handler == &handler_of_one ? 1 : 0));
    });
}

void reset_by_exec(session& with) {
    const kept_action kept;
    ::signal(tested_signal, &handler_of_one);
    note_end_of_child(with, [] { ::execl("/bin/sh", "sh", "-c", "kill -USR1 $$", nullptr); });
}

void set_in_child_of_vfork(session& with) {
    const kept_action kept;
    ::signal(tested_signal, &handler_of_one);
    const pid_t child = ::vfork();
    if (child == 0) {
        ::signal(tested_signal, SIG_IGN);
        ::signal(tested_signal, &handler_that_raises);
        ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
    note_present_action(with);
    note_call(with);
}

}  // namespace

std::vector<differential_case> handler_cases() {
    std::vector<differential_case> all;
    struct choice {
        const char* name;
        int flags;
    };
    for (const auto& [name, flags] :
         {choice{"set, told and called", 0}, choice{"SA_RESTART", SA_RESTART},
          choice{"SA_SIGINFO", SA_SIGINFO}, choice{"SA_RESETHAND", static_cast<int>(SA_RESETHAND)},
          choice{"SA_NODEFER", SA_NODEFER},
          choice{"several flags", static_cast<int>(SA_RESTART | SA_SIGINFO | SA_NODEFER)}}) {
        all.push_back({"sigaction", name, [flags = flags](session& with) {
                           set_tell_and_call(with, flags, &::sigaction);
                       }});
    }
    all.push_back({"__sigaction", "set, told and called",
                   [](session& with) { set_tell_and_call(with, 0, &::__sigaction); }});
    all.push_back(
        {"sigaction", "raised in the handler", [](session& with) { nested_handlers(with, 0); }});
    all.push_back({"sigaction", "the same, SA_NODEFER",
                   [](session& with) { nested_handlers(with, SA_NODEFER); }});
    all.push_back({"sigaction", "SA_ONSTACK", on_other_stack});
    all.push_back({"sigaction", "numbers that are none", refused_numbers});
    all.push_back({"sigaction", "in the child of a fork()", inherited_by_fork});
    all.push_back({"sigaction", "in a program that is executed", reset_by_exec});
    all.push_back({"sigaction", "in the child of a vfork()", set_in_child_of_vfork});
    all.push_back({"signal", "ignored and default", default_and_ignored});
    all.push_back(
        {"signal", "set, told and called", [](session& with) { set_simply(with, &::signal); }});
    all.push_back(
        {"ssignal", "set, told and called", [](session& with) { set_simply(with, &::ssignal); }});
    all.push_back({"sysv_signal", "set, told and called",
                   [](session& with) { set_simply(with, &::sysv_signal); }});
    all.push_back({"__sysv_signal", "set, told and called",
                   [](session& with) { set_simply(with, &::__sysv_signal); }});
    all.push_back({"siginterrupt", "on and off", by_siginterrupt});
    return all;
}

}  // namespace weft::test
