// SPDX-License-Identifier: BSL-1.0
#include <weft/barrier.hpp>

#include <weft/error.hpp>

#include "scheduler_inline.hpp"

#include <utility>

namespace weft {

namespace {

/// A fiber that waits at a barrier, and what it is told.
struct arrival : detail::waiter {
    std::size_t index = 0;
    bool broken = false;
};

/// The `abort` of a fiber that waits at a barrier.
void withdraw_arrival(detail::fiber& parked) noexcept {
    const auto& self = *static_cast<detail::waiter*>(parked.wait_record);
    --*static_cast<std::size_t*>(self.slot);
    detail::withdraw_waiter(parked);
}

/// Moves all who wait from `from` to `to` and puts them out of reach of cancellation.
void hold(detail::wait_queue& from, detail::wait_queue& to) noexcept {
    for (std::size_t index = 0; auto* each = from.front(); ++index) {
        from.unlink(*each);
        to.push_back(*each);
        each->owner->abort = nullptr;
        static_cast<arrival*>(each)->index = index;
    }
}

void let_go(detail::wait_queue& held, bool broken) noexcept {
    while (auto* each = held.front()) {
        static_cast<arrival*>(each)->broken = broken;
        held.wake(*each);
    }
}

}  // namespace

barrier::barrier(std::size_t parties, std::function<void()> completion)
    : parties_(parties), completion_(std::move(completion)) {
    if (parties == 0) {
        throw std::invalid_argument("barrier: no parties");
    }
}

std::size_t barrier::arrive_and_wait() {
    auto& running = detail::checked_fiber();
    if (broken_) {
        throw broken_barrier();
    }
    if (parties_ == 0) {
        throw usage_error("barrier: arrive_and_wait() after all parties have left");
    }
    const std::size_t before = waiting_;
    if (before + 1 == parties_) {
        complete();
        return before;
    }
    arrival self;
    self.slot = &waiting_;
    self.owner = &running;
    waiters_.push_back(self);
    ++waiting_;
    running.home->park(running, detail::wait_reason::barrier, this, &withdraw_arrival,
                       static_cast<detail::waiter*>(&self));
    if (self.withdrawn) {
        detail::raise_cancelled(running);
    }
    if (self.broken) {
        throw broken_barrier();
    }
    return self.index;
}

void barrier::arrive_and_drop() {
    if (broken_) {
        throw broken_barrier();
    }
    if (parties_ == 0) {
        throw usage_error("barrier: arrive_and_drop() with no party left");
    }
    --parties_;
    if (waiting_ > 0 && waiting_ == parties_) {
        complete();
    }
}

/// The phase is full. Those who wait have arrived, whatever is cancelled from now on.
void barrier::complete() {
    detail::wait_queue going_on;
    hold(waiters_, going_on);
    waiting_ = 0;
    try {
        if (completion_) {
            completion_();
        }
    } catch (...) {
        let_go(going_on, true);
        abort();
        throw;
    }
    let_go(going_on, false);
}

/// Whoever waits goes on, and throws.
void barrier::break_phase() noexcept {
    waiting_ = 0;
    let_go(waiters_, true);
}

void barrier::abort() noexcept {
    broken_ = true;
    break_phase();
}

void barrier::reset() noexcept {
    broken_ = false;
    break_phase();
}

}  // namespace weft
