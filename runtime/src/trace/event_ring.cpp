// SPDX-License-Identifier: BSL-1.0
#include "trace/event_ring.hpp"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>

namespace weft::detail {

namespace {

// Not nanosleep(): under interposition that would let other fibers run, in the middle of an event.
void pause_briefly() noexcept {
    const timespec briefly{0, 50'000};
    ::syscall(SYS_nanosleep, &briefly, nullptr);
}

}  // namespace

void event_ring::heed_reader() noexcept {
    full_at_ = never;
    if (std::atomic_ref(asked_.on_full).load(std::memory_order_relaxed) != trace::full_waits ||
        slots_.empty()) {
        return;
    }
    const auto lease = std::atomic_ref(asked_.lease).load(std::memory_order_relaxed);
    if (lease > processor::nanoseconds(CLOCK_MONOTONIC)) {
        // One slot is left unused: readers take the one that is written next for lost. Partner:
        // the reader, which stores how far it is after it has copied.
        full_at_ =
            std::atomic_ref(asked_.taken).load(std::memory_order_acquire) + slots_.size() - 1;
    }
}

void event_ring::wait_for_reader() noexcept {
    loop_.full = loop_.full + 1;
    for (heed_reader(); loop_.head == full_at_; heed_reader()) {
        pause_briefly();
    }
}

}  // namespace weft::detail
