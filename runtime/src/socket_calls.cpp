// SPDX-License-Identifier: BSL-1.0
#include <weft/socket_calls.hpp>

#include "simulated.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace weft {

constinit thread_local detail::stand_ins detail::simulated{};

namespace {

// Not within the function, where its destructor would be registered at the first call: the child of
// a fork that another thread does meanwhile would wait for the end of that.
constinit io::socket_calls kernel_calls;

}  // namespace

io::socket_calls& io::socket_calls_here() noexcept {
    return detail::simulated.sockets != nullptr ? *detail::simulated.sockets : kernel_calls;
}

namespace io {

int socket_calls::socket(int domain, int type, int protocol) noexcept {
    return ::socket(domain, type, protocol);
}

int socket_calls::bind(int fd, const sockaddr* local, unsigned size) noexcept {
    return ::bind(fd, local, size);
}

int socket_calls::listen(int fd, int backlog) noexcept {
    return ::listen(fd, backlog);
}

int socket_calls::connect(int fd, const sockaddr* peer, unsigned size) noexcept {
    return ::connect(fd, peer, size);
}

int socket_calls::getsockname(int fd, sockaddr* local, unsigned* size) noexcept {
    return ::getsockname(fd, local, size);
}

int socket_calls::setsockopt(int fd, int level, int option, const void* value,
                             unsigned size) noexcept {
    return ::setsockopt(fd, level, option, value, size);
}

int socket_calls::shutdown(int fd, int how) noexcept {
    return ::shutdown(fd, how);
}

int socket_calls::close(int fd) noexcept {
    return ::close(fd);
}

ssize_t socket_calls::recvfrom(int fd, void* into, std::size_t size, int flags, sockaddr* from,
                               unsigned* from_size) noexcept {
    return ::recvfrom(fd, into, size, flags, from, from_size);
}

ssize_t socket_calls::sendmsg(int fd, const msghdr& message, int flags) noexcept {
    return ::sendmsg(fd, &message, flags);
}

int socket_calls::epoll_create() noexcept {
    return ::epoll_create1(EPOLL_CLOEXEC);
}

int socket_calls::epoll_ctl(int poller, int action, int fd, epoll_event* wanted) noexcept {
    return ::epoll_ctl(poller, action, fd, wanted);
}

int socket_calls::epoll_take(int poller, epoll_event* ready, int room) noexcept {
    return ::epoll_wait(poller, ready, room, 0);
}

}  // namespace io

}  // namespace weft
