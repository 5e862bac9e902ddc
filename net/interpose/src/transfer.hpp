// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// How a call that moves bytes blocks: it is tried in a form that does not block, and where that
/// form says EAGAIN the fiber waits and tries again.

#include "descriptor_wait.hpp"
#include "fiber_call.hpp"
#include "offload.hpp"
#include "parts.hpp"

#include <sys/types.h>

#include <cerrno>

namespace weft::interpose {

/// One result of `attempt`, which never blocks, once there is one other than EAGAIN. `blocking` is
/// the real call, for what cannot be polled.
///
/// In a fiber. Cancellation: throws cancelled; nothing was moved.
template <class Attempt, class Blocking>
auto when_ready(int fd, direction wanted, Attempt attempt, Blocking blocking) {
    checkpoint();
    auto result = attempt();
    if (result >= 0 || errno != EAGAIN) {
        return result;
    }
    descriptor_wait wait(fd, wanted);
    while (wait.allowed() && !wait.futile() && wait.until_ready()) {
        if (const int error = wait.arrived_error(); error != 0) {
            errno = error;
            return result;
        }
        result = attempt();
        if (result >= 0 || errno != EAGAIN) {
            return result;
        }
    }
    if (wait.futile()) {
        return offloaded(blocking);
    }
    errno = EAGAIN;
    return result;
}

/// Goes on where a first attempt moved `moved` bytes of all `left`, as a blocking call does, until
/// all are moved. Whatever stops it, the bytes that were moved are the result.
///
/// \param attempt  takes the parts that are left.
template <class Attempt>
ssize_t until_all(int fd, direction wanted, std::size_t moved, parts left, Attempt attempt) {
    descriptor_wait wait(fd, wanted);
    left.take(moved);
    try {
        while (wait.allowed() && left.size() > 0 && wait.until_ready()) {
            const ssize_t more = attempt(left);
            if (more == 0 || (more < 0 && errno != EAGAIN)) {
                break;
            }
            left.take(more < 0 ? 0 : static_cast<std::size_t>(more));
            moved += more < 0 ? 0 : static_cast<std::size_t>(more);
        }
    } catch (...) {  // cancelled, or closed: seen by the next call
    }
    return static_cast<ssize_t>(moved);
}

}  // namespace weft::interpose
