// SPDX-License-Identifier: BSL-1.0

// recv, recvfrom, recvmsg: on sockets.

#include "chk.hpp"
#include "real.hpp"
#include "transfer.hpp"

#include <span>

namespace weft::interpose {

namespace {

/// An option of the socket; -1 for what is none.
int option_of(int fd, int option) noexcept {
    int value = 0;
    socklen_t size = sizeof value;
    return ::getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

bool is_stream(int fd) noexcept {
    return option_of(fd, SO_TYPE) == SOCK_STREAM;
}

/// Whether libc's call returns at once, also in blocking mode: passed through. Sockets that do not
/// know the last two flags ignore them, and wait.
bool never_waits(int fd, int flags) noexcept {
    return (flags & MSG_DONTWAIT) != 0 || ((flags & MSG_OOB) != 0 && is_stream(fd)) ||
           ((flags & MSG_ERRQUEUE) != 0 && option_of(fd, SO_DOMAIN) != AF_UNIX);
}

/// Whether a call with these flags goes on after `received` of `wanted` bytes.
bool wants_more(int fd, int flags, ssize_t received, std::size_t wanted) noexcept {
    return (flags & MSG_WAITALL) != 0 && received > 0 &&
           static_cast<std::size_t>(received) < wanted && is_stream(fd);
}

/// What is there can be looked at again and again, so nothing tells when there is more.
bool peeks_for_all(int flags) noexcept {
    return (flags & (MSG_PEEK | MSG_WAITALL)) == (MSG_PEEK | MSG_WAITALL);
}

ssize_t receive_message(int fd, msghdr& message, int flags) {
    const auto blocking = [&] { return real.recvmsg(fd, &message, flags); };
    if (peeks_for_all(flags)) {
        checkpoint();
        return offloaded(blocking);
    }
    const std::span given(message.msg_iov, message.msg_iovlen);
    const ssize_t first = when_ready(
        fd, direction::reading, [&] { return real.recvmsg(fd, &message, flags | MSG_DONTWAIT); },
        blocking);
    if (!wants_more(fd, flags, first, size_of(given))) {
        return first;
    }
    return until_all(fd, direction::reading, static_cast<std::size_t>(first), parts(given),
                     [&](parts& left) {
                         msghdr rest{};
                         rest.msg_iov = left.data();
                         rest.msg_iovlen = static_cast<std::size_t>(left.count());
                         return real.recvmsg(fd, &rest, flags | MSG_DONTWAIT);
                     });
}

// Out of line, so that what passes through needs no frame.
[[gnu::noinline]] ssize_t receive_from(int fd, void* into, std::size_t size, int flags,
                                       sockaddr* peer, socklen_t* peer_size) {
    return fiber_call<ssize_t>(-1, [&]() -> ssize_t {
        if (flags == 0 && peer == nullptr && size != 0) {
            return receive_on_socket(fd, into, size);
        }
        if ((flags & MSG_WAITALL) == 0) {
            return when_ready(
                fd, direction::reading,
                [&] {
                    return real.recvfrom(fd, into, size, flags | MSG_DONTWAIT, peer, peer_size);
                },
                [&] { return real.recvfrom(fd, into, size, flags, peer, peer_size); });
        }
        iovec whole{into, size};
        msghdr message{};
        message.msg_name = peer;
        message.msg_namelen = peer_size != nullptr ? *peer_size : 0;
        message.msg_iov = &whole;
        message.msg_iovlen = 1;
        const ssize_t received = receive_message(fd, message, flags);
        if (received >= 0 && peer_size != nullptr) {
            *peer_size = message.msg_namelen;
        }
        return received;
    });
}

[[gnu::noinline]] ssize_t receive(int fd, void* into, std::size_t size, int flags) {
    return on_fiber("recv") && !never_waits(fd, flags)
               ? receive_from(fd, into, size, flags, nullptr, nullptr)
               : real.recv(fd, into, size, flags);
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

ssize_t recv(int fd, void* into, size_t size, int flags) {
    return is_no_fiber() ? real.recv(fd, into, size, flags) : receive(fd, into, size, flags);
}

ssize_t __recv_chk(int fd, void* into, size_t size, size_t room, int flags) {
    check_room(size, room);
    return recv(fd, into, size, flags);
}

ssize_t recvfrom(int fd, void* into, size_t size, int flags, sockaddr* peer, socklen_t* peer_size) {
    if (!on_fiber() || never_waits(fd, flags)) {
        return real.recvfrom(fd, into, size, flags, peer, peer_size);
    }
    return receive_from(fd, into, size, flags, peer, peer_size);
}

ssize_t __recvfrom_chk(int fd, void* into, size_t size, size_t room, int flags, sockaddr* peer,
                       socklen_t* peer_size) {
    check_room(size, room);
    return recvfrom(fd, into, size, flags, peer, peer_size);
}

ssize_t recvmsg(int fd, msghdr* message, int flags) {
    if (!on_fiber() || never_waits(fd, flags)) {
        return real.recvmsg(fd, message, flags);
    }
    return fiber_call<ssize_t>(-1, [&] { return receive_message(fd, *message, flags); });
}

}  // extern "C"
