// SPDX-License-Identifier: BSL-1.0

// epoll_wait, epoll_pwait, epoll_pwait2: the program's own epoll instances, for which the fiber
// waits as for any descriptor.

#include "fiber_call.hpp"
#include "offload.hpp"
#include "real.hpp"
#include "several_wait.hpp"
#include "signal_mask.hpp"
#include "time_limit.hpp"

namespace weft::interpose {

namespace {

int wait_until(int fd, epoll_event* events, int room, clock::time_point deadline) {
    return fiber_call<int>(-1, [&] {
        checkpoint();
        const pollfd asked{fd, POLLIN, 0};
        int count = real.epoll_wait(fd, events, room, 0);
        while (count == 0 && wait_for_any({&asked, 1}, deadline)) {
            count = real.epoll_wait(fd, events, room, 0);
        }
        return count;
    });
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

int epoll_wait(int fd, epoll_event* events, int room, int limit) {
    if (!on_fiber() || limit == 0) {
        return real.epoll_wait(fd, events, room, limit);
    }
    return wait_until(fd, events, room, deadline_of(limit));
}

int epoll_pwait(int fd, epoll_event* events, int room, int limit, const sigset_t* mask) {
    if (!on_fiber() || limit == 0) {
        return real.epoll_pwait(fd, events, room, limit, mask);
    }
    if (changes_mask(mask)) {
        return fiber_call<int>(-1, [&] {
            return offloaded([&] { return real.epoll_pwait(fd, events, room, limit, mask); });
        });
    }
    return wait_until(fd, events, room, deadline_of(limit));
}

int epoll_pwait2(int fd, epoll_event* events, int room, const timespec* limit,
                 const sigset_t* mask) {
    if (!on_fiber() || (limit != nullptr && (!is_valid(*limit) || is_zero(*limit)))) {
        return real.epoll_pwait2(fd, events, room, limit, mask);
    }
    if (changes_mask(mask)) {
        return fiber_call<int>(-1, [&] {
            return offloaded([&] { return real.epoll_pwait2(fd, events, room, limit, mask); });
        });
    }
    return wait_until(fd, events, room, deadline_of(limit));
}

}  // extern "C"
