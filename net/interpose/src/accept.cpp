// SPDX-License-Identifier: BSL-1.0

// accept, accept4.

#include "real.hpp"
#include "transfer.hpp"
#include "unlimited_sockets.hpp"

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
int accept_and_note(Accept accept_now) {
    const std::uint64_t epoch = unlimited_sockets::epoch();
    const int accepted = accept_now();
    unlimited_sockets::note_accepted(accepted, epoch);
    return accepted;
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
                return accept_and_note(accept_now);
            },
            [&] { return accept_and_note(accept_now); });
    });
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

int accept(int fd, sockaddr* peer, socklen_t* size) {
    const auto call = [&] { return real.accept(fd, peer, size); };
    return on_fiber() ? accept_when_ready(fd, call) : accept_and_note(call);
}

int accept4(int fd, sockaddr* peer, socklen_t* size, int flags) {
    const auto call = [&] { return real.accept4(fd, peer, size, flags); };
    return on_fiber() ? accept_when_ready(fd, call) : accept_and_note(call);
}

}  // extern "C"
