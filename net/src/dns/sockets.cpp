// SPDX-License-Identifier: BSL-1.0
#include "dns/sockets.hpp"

#include <weft/socket_calls.hpp>

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>

namespace weft::net::dns {

namespace {

ares_socket_t open(int domain, int type, int protocol, void*) {
    return io::socket_calls_here().socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
}

// The sockets never meet the reactor, only the channel's own epoll instance, which forgets them
// when they are closed.
int close(ares_socket_t fd, void*) {
    return io::socket_calls_here().close(fd);
}

int connect(ares_socket_t fd, const sockaddr* server, ares_socklen_t size, void*) {
    return io::socket_calls_here().connect(fd, server, size);
}

// A datagram that is no DNS message may come from anybody. Newer versions of c-ares take it for a
// failure of the server, which ends the question before the right answer is there; older ones look
// at number and question first.
bool is_message([[maybe_unused]] const void* datagram, [[maybe_unused]] size_t size) {
#if ARES_VERSION >= 0x011c00
    ares_dns_record_t* message = nullptr;
    const int parsed =
        ares_dns_parse(static_cast<const unsigned char*>(datagram), size, 0, &message);
    ares_dns_record_destroy(message);
    return parsed != ARES_EBADRESP && parsed != ARES_EFORMERR && parsed != ARES_EBADNAME;
#else
    return true;
#endif
}

// NOLINTNEXTLINE(readability-function-size): c-ares decides on the parameters.
ares_ssize_t receive(ares_socket_t fd, void* into, size_t size, int flags, sockaddr* from,
                     ares_socklen_t* from_size, void*) {
    const bool datagrams = from != nullptr;
    for (;;) {
        const auto count = io::socket_calls_here().recvfrom(fd, into, size, flags, from, from_size);
        const bool again =
            count < 0 ? errno == EINTR : datagrams && !is_message(into, static_cast<size_t>(count));
        if (!again) {
            return count;
        }
    }
}

// sendmsg(2) and not writev(2): the server may have closed a TCP connection, and only here can
// SIGPIPE be avoided.
ares_ssize_t send_message(ares_socket_t fd, const msghdr& message) {
    ares_ssize_t sent = 0;
    do {
        sent = io::socket_calls_here().sendmsg(fd, message, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent;
}

// All questions share a datagram socket. That an earlier one was refused is told once, to whichever
// call comes next; c-ares would take it for a failure of this question alone, and let the earlier
// one wait in vain. So this one is sent all the same: its own refusal then ends both.
ares_ssize_t send(ares_socket_t fd, const iovec* pieces, int count, void*) {
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(pieces);
    message.msg_iovlen = static_cast<size_t>(count);
    const auto sent = send_message(fd, message);
    return sent < 0 && errno == ECONNREFUSED ? send_message(fd, message) : sent;
}

}  // namespace

const ares_socket_functions& socket_functions() noexcept {
    static const ares_socket_functions functions{open, close, connect, receive, send};
    return functions;
}

}  // namespace weft::net::dns
