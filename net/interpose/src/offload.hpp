// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/worker_pool.hpp>

#include "held_locks.hpp"

#include <signal.h>
#include <time.h>

#include <cerrno>
#include <utility>

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
/// and a SIGPIPE goes to the calling thread.
///
/// Cancellation: as to_thread(): a call that has begun is waited for.
template <class Call>
auto offloaded(Call&& call) {
    note_wait();
    bool broken_pipe = false;
    const auto [result, error] = to_thread([&] {
        errno = 0;
        const auto returned = call();
        const int reason = errno;
        broken_pipe = reason == EPIPE && take_broken_pipe();
        return std::pair(returned, reason);
    });
    if (broken_pipe) {
        ::raise(SIGPIPE);
    }
    errno = error;
    return result;
}

}  // namespace weft::interpose
