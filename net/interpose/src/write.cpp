// SPDX-License-Identifier: BSL-1.0

// write, writev: on any kind of file.

#include "write.hpp"

#include "real.hpp"
#include "socket_hint.hpp"
#include "transfer.hpp"

#include <limits.h>
#include <sys/stat.h>

#include <algorithm>
#include <span>

namespace weft::interpose {

namespace {

/// Files of a disk cannot be polled, and few file systems write without waiting.
bool is_on_disk(int fd) noexcept {
    struct stat about {};
    return ::fstat(fd, &about) == 0 && (S_ISREG(about.st_mode) || S_ISBLK(about.st_mode));
}

/// A pipe that is writable takes PIPE_BUF bytes without blocking, not more. Source: pipe(7).
ssize_t write_one_piece(int fd, const iovec* from, int count) noexcept {
    pollfd asked{fd, POLLOUT, 0};
    if (real.poll(&asked, 1, 0) == 0) {
        errno = EAGAIN;
        return -1;
    }
    if (size_of({from, static_cast<std::size_t>(count)}) <= PIPE_BUF) {
        return real.writev(fd, from, count);
    }
    const auto* part = std::find_if(from, from + count, [](const iovec& p) { return p.iov_len; });
    return real.write(fd, part->iov_base, std::min<std::size_t>(part->iov_len, PIPE_BUF));
}

ssize_t send_parts(int fd, const iovec* from, int count, int flags) noexcept {
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(from);
    message.msg_iovlen = static_cast<std::size_t>(count);
    return real.sendmsg(fd, &message, flags | MSG_DONTWAIT);
}

/// writev() that does not block; it may write less.
ssize_t write_at_once(int fd, const iovec* from, int count) {
    if (count == 1 && socket_hint::may_be_socket(fd)) {
        const ssize_t sent = real.send(fd, from->iov_base, from->iov_len, MSG_DONTWAIT);
        if (sent >= 0 || errno != ENOTSOCK) {
            return sent;
        }
        socket_hint::note_no_socket(fd);
    }
    const ssize_t result = real.pwritev2(fd, from, count, -1, RWF_NOWAIT);
    if (result >= 0 || errno != EOPNOTSUPP) {
        return result;
    }
    const ssize_t sent = send_parts(fd, from, count, 0);
    if (sent >= 0 || errno != ENOTSOCK) {
        return sent;
    }
    if (is_on_disk(fd)) {
        return offloaded([&] { return real.writev(fd, from, count); });
    }
    return write_one_piece(fd, from, count);
}

/// What follows a partial write. A socket whose peer is gone by now raises no SIGPIPE: the bytes
/// that went out are the result.
ssize_t write_the_rest(int fd, parts& left) {
    const ssize_t sent = send_parts(fd, left.data(), left.count(), MSG_NOSIGNAL);
    if (sent >= 0 || errno != ENOTSOCK) {
        return sent;
    }
    return is_on_disk(fd) ? offloaded([&] { return real.writev(fd, left.data(), left.count()); })
                          : write_at_once(fd, left.data(), left.count());
}

ssize_t write_parts(int fd, const iovec* from, int count) {
    return fiber_call<ssize_t>(-1, [&] {
        const ssize_t first = when_ready(
            fd, direction::writing, [&] { return write_at_once(fd, from, count); },
            [&] { return real.writev(fd, from, count); });
        const std::span given(from, static_cast<std::size_t>(count));
        if (first < 0 || static_cast<std::size_t>(first) == size_of(given)) {
            return first;
        }
        return until_all(fd, direction::writing, static_cast<std::size_t>(first), parts(given),
                         [&](parts& left) { return write_the_rest(fd, left); });
    });
}

[[gnu::noinline]] ssize_t write_whole(int fd, const void* from, std::size_t size) {
    return on_fiber("write") && size != 0 ? write_on_fiber(fd, from, size)
                                          : real.write(fd, from, size);
}

[[gnu::noinline]] ssize_t write_several(int fd, const iovec* from, int count) {
    return on_fiber("writev") ? write_parts(fd, from, count) : real.writev(fd, from, count);
}

}  // namespace

ssize_t write_on_fiber(int fd, const void* from, std::size_t size) {
    const iovec whole{const_cast<void*>(from), size};
    return write_parts(fd, &whole, 1);
}

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

ssize_t write(int fd, const void* from, size_t size) {
    return is_no_fiber() ? real.write(fd, from, size) : write_whole(fd, from, size);
}

ssize_t __write(int fd, const void* from, size_t size) {
    return write(fd, from, size);
}

ssize_t writev(int fd, const iovec* from, int count) {
    return is_no_fiber() ? real.writev(fd, from, count) : write_several(fd, from, count);
}

}  // extern "C"
