// SPDX-License-Identifier: BSL-1.0

// send, sendto, sendmsg: on sockets.

#include "real.hpp"
#include "transfer.hpp"
#include "unlimited_sockets.hpp"

#include <span>

namespace weft::interpose {

namespace {

/// The bytes after the first part of a message: its address and what goes with it went out with
/// that. A peer that is gone by now raises no SIGPIPE, since the bytes that went out are the
/// result.
ssize_t send_the_rest(int fd, parts& left, int flags) noexcept {
    msghdr rest{};
    rest.msg_iov = left.data();
    rest.msg_iovlen = static_cast<std::size_t>(left.count());
    return real.sendmsg(fd, &rest, flags | MSG_DONTWAIT | MSG_NOSIGNAL);
}

/// Only streams send a part of what they are given.
ssize_t send_all(int fd, std::span<const iovec> given, int flags, ssize_t first) {
    if (first < 0 || static_cast<std::size_t>(first) == size_of(given)) {
        return first;
    }
    return until_all(fd, direction::writing, static_cast<std::size_t>(first), parts(given),
                     [&](parts& left) { return send_the_rest(fd, left, flags); });
}

// Out of line, so that what passes through needs no frame.
[[gnu::noinline]] ssize_t send_to(int fd, const void* from, std::size_t size, int flags,
                                  const sockaddr* peer, socklen_t peer_size) {
    return fiber_call<ssize_t>(-1, [&] {
        const ssize_t first = when_ready(
            fd, direction::writing,
            [&] { return real.sendto(fd, from, size, flags | MSG_DONTWAIT, peer, peer_size); },
            [&] { return real.sendto(fd, from, size, flags, peer, peer_size); });
        const iovec whole{const_cast<void*>(from), size};
        return send_all(fd, {&whole, 1}, flags, first);
    });
}

[[gnu::noinline]] ssize_t send_whole(int fd, const void* from, std::size_t size, int flags) {
    return on_fiber("send") && (flags & MSG_DONTWAIT) == 0
               ? send_to(fd, from, size, flags, nullptr, 0)
               : real.send(fd, from, size, flags);
}

ssize_t send_message(int fd, const msghdr& message, int flags) {
    return fiber_call<ssize_t>(-1, [&] {
        const ssize_t first = when_ready(
            fd, direction::writing,
            [&] { return real.sendmsg(fd, &message, flags | MSG_DONTWAIT); },
            [&] { return real.sendmsg(fd, &message, flags); });
        return first < 0 ? first
                         : send_all(fd, {message.msg_iov, message.msg_iovlen}, flags, first);
    });
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

ssize_t send(int fd, const void* from, size_t size, int flags) {
    return is_no_fiber() ? real.send(fd, from, size, flags) : send_whole(fd, from, size, flags);
}

ssize_t __send(int fd, const void* from, size_t size, int flags) {
    return send(fd, from, size, flags);
}

ssize_t sendto(int fd, const void* from, size_t size, int flags, const sockaddr* peer,
               socklen_t peer_size) {
    if (!on_fiber() || (flags & MSG_DONTWAIT) != 0) {
        return real.sendto(fd, from, size, flags, peer, peer_size);
    }
    return send_to(fd, from, size, flags, peer, peer_size);
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
    const bool at_once = !on_fiber() || (flags & MSG_DONTWAIT) != 0;
    const ssize_t sent =
        at_once ? real.sendmsg(fd, message, flags) : send_message(fd, *message, flags);
    if (sent >= 0) {
        unlimited_sockets::forget_all_if_shared(*message);
    }
    return sent;
}

}  // extern "C"
