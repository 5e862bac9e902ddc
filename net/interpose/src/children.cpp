// SPDX-License-Identifier: BSL-1.0

// wait, waitpid, wait3, wait4, waitid, system, pclose: waiting for child processes.

#include "fiber_call.hpp"
#include "offload.hpp"
#include "real.hpp"
#include "signal_waits.hpp"
#include "unlimited_sockets.hpp"

#include <weft/io.hpp>
#include <weft/unique_fd.hpp>

#include <sys/syscall.h>

namespace weft::interpose {

namespace {

/// Suspends the fiber until process `pid` has ended. False: that cannot be waited for so, as there
/// is no such process or no pidfd to be had.
bool wait_for_end(pid_t pid) {
    const unique_fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (process.get() < 0) {
        return false;
    }
    interruptible(after_handler::goes_on, [&] { io::wait_readable(process.get()); });
    return true;
}

/// A pidfd tells when one process has ended, and nothing of a stop or of any other child.
bool is_end_of_one(pid_t pid, int options) noexcept {
    return pid > 0 && (options & (WUNTRACED | WCONTINUED)) == 0;
}

/// `look` with WNOHANG tells at once, 0 for not yet; `wait` is the call as it was made.
template <class Look, class Wait>
pid_t wait_for_child(pid_t pid, int options, Look look, Wait wait) {
    return fiber_call<pid_t>(-1, [&] {
        checkpoint();
        pid_t ended = look();
        while (ended == 0 && is_end_of_one(pid, options) && wait_for_end(pid)) {
            ended = look();
        }
        return ended == 0 ? offloaded(wait) : ended;
    });
}

pid_t wait_with_usage(pid_t pid, int* status, int options, rusage* usage,
                      const char* function = __builtin_FUNCTION()) {
    if (!on_fiber(function) || (options & WNOHANG) != 0) {
        return real.wait4(pid, status, options, usage);
    }
    return wait_for_child(
        pid, options, [&] { return real.wait4(pid, status, options | WNOHANG, usage); },
        [&] { return real.wait4(pid, status, options, usage); });
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

// libc declares wait3() and wait4() as functions that throw nothing; a thread may be cancelled in
// them all the same.
pid_t weft_interpose_wait4(pid_t pid, int* status, int options, rusage* usage) __asm__("wait4");
pid_t weft_interpose_wait3(int* status, int options, rusage* usage) __asm__("wait3");

pid_t weft_interpose_wait4(pid_t pid, int* status, int options, rusage* usage) {
    return wait_with_usage(pid, status, options, usage, "wait4");
}

pid_t weft_interpose_wait3(int* status, int options, rusage* usage) {
    return wait_with_usage(-1, status, options, usage, "wait3");
}

pid_t waitpid(pid_t pid, int* status, int options) {
    return wait_with_usage(pid, status, options, nullptr);
}

pid_t __waitpid(pid_t pid, int* status, int options) {
    return waitpid(pid, status, options);
}

pid_t wait(int* status) {
    return waitpid(-1, status, 0);
}

int waitid(idtype_t kind, id_t id, siginfo_t* about, int options) {
    if (!on_fiber() || (options & WNOHANG) != 0) {
        return real.waitid(kind, id, about, options);
    }
    return fiber_call<int>(-1, [&] {
        checkpoint();
        if (kind == P_PID && is_end_of_one(static_cast<pid_t>(id), options & ~WEXITED) &&
            (options & WEXITED) != 0 && wait_for_end(static_cast<pid_t>(id))) {
            return real.waitid(kind, id, about, options);
        }
        return offloaded([&] { return real.waitid(kind, id, about, options); });
    });
}

int system(const char* command) {
    unlimited_sockets::forget_all();
    if (!on_fiber()) {
        return real.system(command);
    }
    return fiber_call<int>(-1, [&] {
        note_call_begins();
        return offloaded([&] { return real.system(command); });
    });
}

int pclose(FILE* pipe) {
    if (!on_fiber()) {
        return real.pclose(pipe);
    }
    weft::io::forget(::fileno(pipe));
    return fiber_call<int>(-1, [&] {
        note_call_begins();
        return offloaded([&] { return real.pclose(pipe); });
    });
}

}  // extern "C"
