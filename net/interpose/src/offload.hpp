// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/worker_pool.hpp>

#include "held_locks.hpp"
#include "pool_call.hpp"
#include "signal_actions.hpp"
#include "signal_waits.hpp"

#include <signal.h>
#include <time.h>

#include <cerrno>
#include <type_traits>

namespace weft::interpose {

/// Takes the SIGPIPE that has come to this thread of the pool, which blocks signals. Returns
/// whether there was one.
[[nodiscard]] inline bool take_broken_pipe() noexcept {
    sigset_t broken_pipe;
    ::sigemptyset(&broken_pipe);
    ::sigaddset(&broken_pipe, SIGPIPE);
    const timespec at_once{};
    return ::sigtimedwait(&broken_pipe, nullptr, &at_once) > 0;
}

/// Makes a call of libc on a thread of the worker pool, where it may block; errno comes back too,
/// and a SIGPIPE goes to the calling thread. A handler that runs meanwhile ends it as it would on
/// the calling thread.
///
/// Cancellation: as to_thread(): a call that has begun is waited for.
template <class Call>
auto offloaded(Call&& call) {
    note_wait();
    using result = std::invoke_result_t<Call&>;
    struct {
        Call& call;
        result returned{};
        int error = 0;
        bool broken_pipe = false;
    } made{call};
    const auto make = [](void* given) {
        auto& at = *static_cast<decltype(made)*>(given);
        errno = 0;
        at.returned = at.call();
        at.error = errno;
        at.broken_pipe = at.error == EPIPE && take_broken_pipe();
    };
    handled_signals* const mine = any_handler() ? signals_of_this_fiber() : nullptr;
    if (mine != nullptr) {
        run_on_pool(*mine, make, &made);
    } else {
        to_thread([&] { make(&made); });
    }
    if (made.broken_pipe) {
        ::raise(SIGPIPE);
    }
    errno = made.error;
    return made.returned;
}

}  // namespace weft::interpose
