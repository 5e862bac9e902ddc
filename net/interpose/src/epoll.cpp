// SPDX-License-Identifier: BSL-1.0

// epoll_wait, epoll_pwait, epoll_pwait2: the program's own epoll instances, for which the fiber
// waits as for any descriptor.

#include "fiber_call.hpp"
#include "offload.hpp"
#include "real.hpp"
#include "several_wait.hpp"
#include "signal_mask.hpp"
#include "signal_waits.hpp"
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

/// The same with another mask of signals meanwhile.
int wait_with_mask(int fd, epoll_event* events, int room, clock::time_point deadline,
                   const sigset_t& mask) {
    return fiber_call<int>(-1, [&] {
        checkpoint();
        const pollfd asked{fd, POLLIN, 0};
        int count = real.epoll_pwait(fd, events, room, 0, &mask);
        const mask_meanwhile changed(mask, count == 0);
        while (count == 0 && wait_for_any({&asked, 1}, deadline)) {
            count = real.epoll_wait(fd, events, room, 0);
        }
        return count;
    });
}

/// A wait until the deadline with a mask; `blocking` is the real call.
template <class Blocking>
int wait_as_asked(int fd, epoll_event* events, int room, clock::time_point deadline,
                  const sigset_t* mask, Blocking blocking) {
    if (!changes_mask(mask)) {
        return wait_until(fd, events, room, deadline);
    }
    if (signals_of_this_fiber() != nullptr) {
        return wait_with_mask(fd, events, room, deadline, *mask);
    }
    return fiber_call<int>(-1, [&] { return offloaded(blocking); });
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
    return wait_as_asked(fd, events, room, deadline_of(limit), mask,
                         [&] { return real.epoll_pwait(fd, events, room, limit, mask); });
}

int epoll_pwait2(int fd, epoll_event* events, int room, const timespec* limit,
                 const sigset_t* mask) {
    if (!on_fiber() || (limit != nullptr && (!is_valid(*limit) || is_zero(*limit)))) {
        return real.epoll_pwait2(fd, events, room, limit, mask);
    }
    return wait_as_asked(fd, events, room, deadline_of(limit), mask,
                         [&] { return real.epoll_pwait2(fd, events, room, limit, mask); });
}

}  // extern "C"
