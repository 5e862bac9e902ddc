// SPDX-License-Identifier: BSL-1.0

#include "descriptor_wait.hpp"
#include "fiber_call.hpp"
#include "offload.hpp"
#include "real.hpp"

namespace weft::interpose {

namespace {

/// connect() has no MSG_DONTWAIT, so the socket is non-blocking for the length of this one system
/// call. The flag belongs to the description, which others might share.
int connect_at_once(int fd, const sockaddr* peer, socklen_t size, int flags) noexcept {
    ::fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    const int result = real.connect(fd, peer, size);
    const int error = errno;
    ::fcntl(fd, F_SETFL, flags);
    errno = error;
    return result;
}

int connect_and_wait(int fd, const sockaddr* peer, socklen_t size, int flags) {
    checkpoint();
    const int result = connect_at_once(fd, peer, size, flags);
    if (result == 0 || (errno != EINPROGRESS && errno != EALREADY && errno != EAGAIN)) {
        return result;
    }
    const auto finish = [&] { return real.connect(fd, peer, size); };
    if (errno == EAGAIN) {  // the backlog of a Unix socket is full, which cannot be polled
        return offloaded(finish);
    }
    descriptor_wait wait(fd, direction::writing);
    if (!wait.until_ready()) {
        errno = EINPROGRESS;  // as libc says it after SO_SNDTIMEO
        return -1;
    }
    return finish();  // the connection stands or has failed: tells which and does not wait
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

int connect(int fd, const sockaddr* peer, socklen_t size) {
    const int flags = on_fiber() ? ::fcntl(fd, F_GETFL) : -1;
    if (flags < 0 || (flags & O_NONBLOCK) != 0) {
        return real.connect(fd, peer, size);
    }
    return fiber_call<int>(-1, [&] { return connect_and_wait(fd, peer, size, flags); });
}

int __connect(int fd, const sockaddr* peer, socklen_t size) {
    return connect(fd, peer, size);
}

}  // extern "C"
