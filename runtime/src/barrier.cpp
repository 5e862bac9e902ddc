// SPDX-License-Identifier: BSL-1.0
#include <weft/barrier.hpp>

#include <weft/error.hpp>

#include "scheduler_inline.hpp"

#include <utility>

namespace weft {

namespace {

/// What a fiber that waits at a barrier is told.
struct arrival {
    std::size_t index = 0;
    bool broken = false;
};

arrival& arrival_of(const detail::waiter& waiting) noexcept {
    return *static_cast<arrival*>(waiting.slot);
}

/// Moves all who wait from `from` to `to` and puts them out of reach of cancellation.
void hold(detail::wait_queue& from, detail::wait_queue& to) noexcept {
    for (std::size_t index = 0; auto* each = from.front(); ++index) {
        from.unlink(*each);
        to.push_back(*each);
        each->owner->abort = nullptr;
        arrival_of(*each).index = index;
    }
}

void let_go(detail::wait_queue& held, bool broken) noexcept {
    while (auto* each = held.front()) {
        arrival_of(*each).broken = broken;
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
    detail::checked_fiber();
    if (broken_) {
        throw broken_barrier();
    }
    if (parties_ == 0) {
        throw usage_error("barrier: arrive_and_wait() after all parties have left");
    }
    const std::size_t before = waiters_.size();
    if (before + 1 == parties_) {
        complete();
        return before;
    }
    arrival told;
    detail::waiter self;
    self.slot = &told;
    waiters_.wait(self, detail::wait_reason::barrier, this);
    if (told.broken) {
        throw broken_barrier();
    }
    return told.index;
}

void barrier::arrive_and_drop() {
    if (broken_) {
        throw broken_barrier();
    }
    if (parties_ == 0) {
        throw usage_error("barrier: arrive_and_drop() with no party left");
    }
    --parties_;
    if (!waiters_.empty() && waiters_.size() == parties_) {
        complete();
    }
}

/// The phase is full. Those who wait have arrived, whatever is cancelled from now on.
void barrier::complete() {
    detail::wait_queue going_on;
    hold(waiters_, going_on);
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

void barrier::abort() noexcept {
    broken_ = true;
    let_go(waiters_, true);
}

void barrier::reset() noexcept {
    broken_ = false;
    let_go(waiters_, true);
}

}  // namespace weft
