// SPDX-License-Identifier: BSL-1.0

// poll, ppoll.

#include "chk.hpp"
#include "fiber_call.hpp"
#include "offload.hpp"
#include "real.hpp"
#include "several_wait.hpp"
#include "signal_mask.hpp"
#include "signal_waits.hpp"
#include "time_limit.hpp"

namespace weft::interpose {

namespace {

int poll_until(pollfd* asked, nfds_t count, clock::time_point deadline) {
    return fiber_call<int>(-1, [&] {
        checkpoint();
        int ready = real.poll(asked, count, 0);
        while (ready == 0 && wait_for_any({asked, count}, deadline)) {
            ready = real.poll(asked, count, 0);
        }
        return ready;
    });
}

/// The same with another mask of signals meanwhile.
int poll_with_mask(pollfd* asked, nfds_t count, clock::time_point deadline, const sigset_t& mask) {
    return fiber_call<int>(-1, [&] {
        checkpoint();
        const timespec at_once{};
        int ready = real.ppoll(asked, count, &at_once, &mask);
        const mask_meanwhile changed(mask, ready == 0);
        while (ready == 0 && wait_for_any({asked, count}, deadline)) {
            ready = real.poll(asked, count, 0);
        }
        return ready;
    });
}

[[gnu::noinline]] int poll_several(pollfd* asked, nfds_t count, int limit) {
    return on_fiber("poll") && limit != 0 ? poll_until(asked, count, deadline_of(limit))
                                          : real.poll(asked, count, limit);
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

int poll(pollfd* asked, nfds_t count, int limit) {
    return is_no_fiber() ? real.poll(asked, count, limit) : poll_several(asked, count, limit);
}

int __poll(pollfd* asked, nfds_t count, int limit) {
    return poll(asked, count, limit);
}

int __poll_chk(pollfd* asked, nfds_t count, int limit, size_t room) {
    check_room(count, room / sizeof(pollfd));
    return poll(asked, count, limit);
}

int ppoll(pollfd* asked, nfds_t count, const timespec* limit, const sigset_t* mask) {
    if (!on_fiber() || (limit != nullptr && (!is_valid(*limit) || is_zero(*limit)))) {
        return real.ppoll(asked, count, limit, mask);
    }
    if (!changes_mask(mask)) {
        return poll_until(asked, count, deadline_of(limit));
    }
    if (signals_of_this_fiber() != nullptr) {
        return poll_with_mask(asked, count, deadline_of(limit), *mask);
    }
    return fiber_call<int>(
        -1, [&] { return offloaded([&] { return real.ppoll(asked, count, limit, mask); }); });
}

int __ppoll_chk(pollfd* asked, nfds_t count, const timespec* limit, const sigset_t* mask,
                size_t room) {
    check_room(count, room / sizeof(pollfd));
    return ppoll(asked, count, limit, mask);
}

}  // extern "C"
