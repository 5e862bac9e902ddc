// SPDX-License-Identifier: BSL-1.0

// read, readv: on any kind of file.

#include "chk.hpp"
#include "real.hpp"
#include "socket_hint.hpp"
#include "transfer.hpp"

namespace weft::interpose {

namespace {

/// readv() that does not block. RWF_NOWAIT is MSG_DONTWAIT for every file that supports it: it
/// leaves O_NONBLOCK alone, and regular files give what is cached.
ssize_t read_at_once(int fd, const iovec* into, int count) noexcept {
    const ssize_t result = real.preadv2(fd, into, count, -1, RWF_NOWAIT);
    if (result >= 0 || errno != EOPNOTSUPP) {
        return result;
    }
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(into);
    message.msg_iovlen = static_cast<std::size_t>(count);
    const ssize_t received = real.recvmsg(fd, &message, MSG_DONTWAIT);
    if (received >= 0 || errno != ENOTSOCK) {
        return received;
    }
    pollfd asked{fd, POLLIN, 0};
    if (real.poll(&asked, 1, 0) == 0) {
        errno = EAGAIN;
        return -1;
    }
    return real.readv(fd, into, count);
}

ssize_t read_when_ready(int fd, const iovec* into, int count) {
    return when_ready(
        fd, direction::reading, [&] { return read_at_once(fd, into, count); },
        [&] { return real.readv(fd, into, count); });
}

/// Out of line, as what is on the stack of a fiber that waits counts thousands of times.
[[gnu::noinline]] ssize_t read_no_socket(int fd, void* into, std::size_t size) {
    const iovec whole{into, size};
    return read_when_ready(fd, &whole, 1);
}

[[gnu::noinline]] ssize_t read_parts(int fd, const iovec* into, int count) {
    if (!on_fiber("readv")) {
        return real.readv(fd, into, count);
    }
    return fiber_call<ssize_t>(-1, [&] { return read_when_ready(fd, into, count); });
}

[[gnu::noinline]] ssize_t read_whole(int fd, void* into, std::size_t size) {
    if (!on_fiber("read") || size == 0) {
        return real.read(fd, into, size);
    }
    return fiber_call<ssize_t>(-1, [&] {
        if (socket_hint::may_be_socket(fd)) {
            const ssize_t received = receive_on_socket(fd, into, size);
            if (received >= 0 || errno != ENOTSOCK) {
                return received;
            }
            socket_hint::note_no_socket(fd);
        }
        return read_no_socket(fd, into, size);
    });
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

ssize_t read(int fd, void* into, size_t size) {
    return is_no_fiber() ? real.read(fd, into, size) : read_whole(fd, into, size);
}

ssize_t __read(int fd, void* into, size_t size) {
    return read(fd, into, size);
}

ssize_t __read_chk(int fd, void* into, size_t size, size_t room) {
    check_room(size, room);
    return read(fd, into, size);
}

ssize_t readv(int fd, const iovec* into, int count) {
    return is_no_fiber() ? real.readv(fd, into, count) : read_parts(fd, into, count);
}

}  // extern "C"
