// SPDX-License-Identifier: BSL-1.0
#include "reactor/perform.hpp"

#include "reactor/quiet_write.hpp"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace weft::detail {

namespace {

bool finish(operation& asked, std::ptrdiff_t result) noexcept {
    asked.finished = true;
    asked.result = result;
    asked.error = result < 0 ? errno : 0;
    return true;
}

/// Ends the operation with what the call returned, unless it would have blocked.
bool finish_unless_blocked(operation& asked, std::ptrdiff_t result) noexcept {
    if (result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        return false;
    }
    return finish(asked, result);
}

template <class Call>
std::ptrdiff_t uninterrupted(Call call) noexcept {
    std::ptrdiff_t result = call();
    while (result < 0 && errno == EINTR) {
        result = call();
    }
    return result;
}

/// What of `events` has happened, and what always counts, as poll(2) says it.
short polled(int fd, short events) noexcept {
    pollfd waiting{fd, events, 0};
    const auto count = uninterrupted([&] { return ::poll(&waiting, 1, 0); });
    return count >= 0 ? waiting.revents : POLLERR;
}

bool is_blocking(int fd) noexcept {
    return (::fcntl(fd, F_GETFL) & O_NONBLOCK) == 0;
}

// There is no MSG_DONTWAIT for read and write, and O_NONBLOCK must not be set: the flag belongs to
// the open file description, which other processes may share. So the file is asked first. A pipe
// that is writable takes PIPE_BUF bytes without blocking, not more. Source: pipe(7).
bool perform_read(operation& asked) noexcept {
    if (polled(asked.fd, POLLIN) == 0) {
        return false;
    }
    return finish_unless_blocked(
        asked, uninterrupted([&] { return ::read(asked.fd, asked.bytes, asked.size); }));
}

bool perform_write(operation& asked) noexcept {
    if (polled(asked.fd, POLLOUT) == 0) {
        return false;
    }
    const std::size_t size =
        is_blocking(asked.fd) ? std::min<std::size_t>(asked.size, PIPE_BUF) : asked.size;
    return finish_unless_blocked(
        asked, uninterrupted([&] { return write_quietly(asked.fd, asked.bytes, size); }));
}

bool perform_accept(operation& asked) noexcept {
    if (is_blocking(asked.fd) && polled(asked.fd, POLLIN) == 0) {
        return false;
    }
    for (;;) {
        const int accepted =
            ::accept4(asked.fd, asked.address, asked.address_size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        // A client that gave up while it was queued is not the acceptor's problem. accept(2)
        // also hands over errors of the new connection's network.
        if (accepted < 0 && (errno == EINTR || errno == ECONNABORTED || errno == EPROTO)) {
            continue;
        }
        return finish_unless_blocked(asked, accepted);
    }
}

// The first try starts the connection, which goes on by itself: `address` is then forgotten, and
// the next tries, which come when the socket is writable, only ask for the outcome. EINTR also
// means that it goes on. Source: connect(2).
bool perform_connect(operation& asked) noexcept {
    if (asked.address != nullptr) {
        const int started = ::connect(asked.fd, asked.address, *asked.address_size);
        asked.address = nullptr;
        if (started < 0 && (errno == EINPROGRESS || errno == EINTR)) {
            return false;
        }
        return finish(asked, started);
    }
    if (polled(asked.fd, POLLOUT) == 0) {
        return false;
    }
    int outcome = 0;
    socklen_t size = sizeof outcome;
    ::getsockopt(asked.fd, SOL_SOCKET, SO_ERROR, &outcome, &size);
    errno = outcome;
    return finish(asked, outcome == 0 ? 0 : -1);
}

bool perform_receive(operation& asked) noexcept {
    return finish_unless_blocked(asked, uninterrupted([&] {
                                     return ::recv(asked.fd, asked.bytes, asked.size,
                                                   asked.flags | MSG_DONTWAIT);
                                 }));
}

bool perform_send(operation& asked) noexcept {
    return finish_unless_blocked(asked, uninterrupted([&] {
                                     return ::send(asked.fd, asked.bytes, asked.size,
                                                   asked.flags | MSG_DONTWAIT | MSG_NOSIGNAL);
                                 }));
}

bool perform_message(operation& asked) noexcept {
    const bool sends = asked.asked == operation::kind::send_message;
    return finish_unless_blocked(
        asked, uninterrupted([&] {
            return sends ? ::sendmsg(asked.fd, asked.message,
                                     asked.flags | MSG_DONTWAIT | MSG_NOSIGNAL)
                         : ::recvmsg(asked.fd, asked.message, asked.flags | MSG_DONTWAIT);
        }));
}

bool perform_wait(operation& asked, short events) noexcept {
    const short happened = polled(asked.fd, events);
    errno = EBADF;
    return happened != 0 && finish(asked, (happened & POLLNVAL) != 0 ? -1 : 0);
}

}  // namespace

bool perform(operation& asked) noexcept {
    switch (asked.asked) {
        case operation::kind::receive: return perform_receive(asked);
        case operation::kind::send: return perform_send(asked);
        case operation::kind::receive_message:
        case operation::kind::send_message: return perform_message(asked);
        case operation::kind::read: return perform_read(asked);
        case operation::kind::write: return perform_write(asked);
        case operation::kind::accept: return perform_accept(asked);
        case operation::kind::connect: return perform_connect(asked);
        case operation::kind::readable: return perform_wait(asked, POLLIN);
        case operation::kind::writable: return perform_wait(asked, POLLOUT);
        case operation::kind::forget: break;
    }
    return finish(asked, 0);
}

bool fell_short(const operation& done) noexcept {
    return (done.asked == operation::kind::receive || done.asked == operation::kind::send) &&
           done.result > 0 && static_cast<std::size_t>(done.result) < done.size;
}

}  // namespace weft::detail
