// SPDX-License-Identifier: BSL-1.0

// pause, sigsuspend: for fibers that signals are for. Others block the thread, whose handlers
// they wait for.

#include "fiber_call.hpp"
#include "held_locks.hpp"
#include "real_of.hpp"
#include "signal_waits.hpp"

extern "C" int __sigsuspend(const sigset_t* mask);

namespace weft::interpose {

namespace {

void wait_for_handler() {
    note_wait();
    interruptible(after_handler::ends, [] { this_fiber::sleep_until(never); });
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

int pause() {
    if (!on_fiber() || signals_of_this_fiber() == nullptr) {
        return real_of<&::pause>("pause")();
    }
    return fiber_call<int>(-1, [] {
        checkpoint();
        wait_for_handler();
        return 0;
    });
}

int sigsuspend(const sigset_t* mask) {
    if (!on_fiber() || signals_of_this_fiber() == nullptr) {
        return real_of<&::sigsuspend>("sigsuspend")(mask);
    }
    return fiber_call<int>(-1, [mask] {
        checkpoint();
        const mask_meanwhile changed(*mask);
        wait_for_handler();
        return 0;
    });
}

int __sigsuspend(const sigset_t* mask) {
    return sigsuspend(mask);
}

}  // extern "C"
