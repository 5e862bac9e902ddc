// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// How a call that moves bytes blocks: it is tried in a form that does not block, and where that
/// form says EAGAIN the fiber waits and tries again.

#include <weft/error.hpp>
#include <weft/io.hpp>
#include <weft/scope.hpp>

#include "descriptor_wait.hpp"
#include "fiber_call.hpp"
#include "held_locks.hpp"
#include "offload.hpp"
#include "parts.hpp"
#include "real.hpp"
#include "signal_waits.hpp"
#include "socket_hint.hpp"

#include <sys/socket.h>
#include <sys/types.h>

#include <cerrno>
#include <cstddef>
#include <optional>

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

/// recv() of what is there; -1 and EAGAIN if nothing is.
inline ssize_t receive_at_once(int fd, void* into, std::size_t size) noexcept {
    const ssize_t received = real.recv(fd, into, size, MSG_DONTWAIT);
    socket_hint::note_received(fd, received, size);
    return received;
}

/// recv() by the reactor, which makes it once there is something, or at once if it knows no better.
///
/// Cancellation: throws cancelled; no byte is lost. \throws io_error
inline ssize_t receive_by_reactor(int fd, void* into, std::size_t size) {
    const std::size_t received = io::recv(fd, {static_cast<std::byte*>(into), size});
    socket_hint::note_received(fd, static_cast<ssize_t>(received), size);
    return static_cast<ssize_t>(received);
}

/// The same; -1 and EAGAIN when the deadline passes. Out of line: a server has thousands of stacks
/// that wait here, and few time limits.
[[gnu::noinline]] inline ssize_t receive_by_reactor(int fd, void* into, std::size_t size,
                                                    clock::time_point deadline) {
    const auto received = move_on_at(deadline, [=] { return receive_by_reactor(fd, into, size); });
    errno = EAGAIN;
    return received.value_or(-1);
}

/// Until when a blocking call would wait; nothing if it would not wait at all.
[[gnu::noinline]] inline std::optional<clock::time_point> deadline_to_receive(int fd) noexcept {
    const descriptor_wait wait(fd, direction::reading);
    return wait.allowed() ? std::optional(wait.deadline()) : std::nullopt;
}

/// receive_by_reactor(), until a handler ends it; -1 and errno if it is no socket any more: the
/// caller has another way. Out of line, so that what was before is not on the stack.
[[gnu::noinline]] inline ssize_t wait_to_receive(int fd, void* into, std::size_t size,
                                                 clock::time_point deadline) {
    try {
        return interruptible_here(descriptor_wait::when_interrupted(deadline), [&] {
            return deadline == never ? receive_by_reactor(fd, into, size)
                                     : receive_by_reactor(fd, into, size, deadline);
        });
    } catch (const io_error& failure) {
        errno = failure.code().value();
        return -1;
    }
}

/// recv() without flags, which may block. Where the last one has taken all there was, this one most
/// likely waits: then how the caller wants to wait is asked first, and the reactor, which knows
/// too, makes the only call.
///
/// In a fiber. Cancellation: throws cancelled; no byte is lost. Out of line, and the wait its last
/// call: nothing of it is on the stack meanwhile.
[[gnu::noinline]] inline ssize_t receive_on_socket(int fd, void* into, std::size_t size) {
    checkpoint();
    const bool tried = !socket_hint::seems_empty(fd);
    if (tried) {
        const ssize_t received = receive_at_once(fd, into, size);
        if (received >= 0 || errno != EAGAIN) {
            return received;
        }
    }
    if (const auto deadline = deadline_to_receive(fd)) {
        note_wait();
        return wait_to_receive(fd, into, size, *deadline);
    }
    if (!tried) {
        return receive_at_once(fd, into, size);
    }
    errno = EAGAIN;
    return -1;
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
        while (wait.allowed() && left.size() > 0 && wait.until_ready(true)) {
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
