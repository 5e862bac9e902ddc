// SPDX-License-Identifier: BSL-1.0

// accept, accept4.

#include "real.hpp"
#include "transfer.hpp"

namespace weft::interpose {

namespace {

bool is_listener(int fd) noexcept {
    int listens = 0;
    socklen_t size = sizeof listens;
    return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens != 0;
}

/// Whether accepting would wait. What is no listener fails at once.
bool nobody_waits_at(int fd) noexcept {
    pollfd asked{fd, POLLIN, 0};
    return real.poll(&asked, 1, 0) == 0 && is_listener(fd);
}

template <class Accept>
int accept_when_ready(int fd, Accept accept_now) {
    return fiber_call<int>(-1, [&] {
        return when_ready(
            fd, direction::reading,
            [&] {
                if (nobody_waits_at(fd)) {
                    errno = EAGAIN;
                    return -1;
                }
                return accept_now();
            },
            accept_now);
    });
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

int accept(int fd, sockaddr* peer, socklen_t* size) {
    if (!on_fiber()) {
        return real.accept(fd, peer, size);
    }
    return accept_when_ready(fd, [&] { return real.accept(fd, peer, size); });
}

int accept4(int fd, sockaddr* peer, socklen_t* size, int flags) {
    if (!on_fiber()) {
        return real.accept4(fd, peer, size, flags);
    }
    return accept_when_ready(fd, [&] { return real.accept4(fd, peer, size, flags); });
}

}  // extern "C"
