// SPDX-License-Identifier: BSL-1.0
#include <weft/mutex.hpp>

#include <weft/error.hpp>

#include "scheduler_inline.hpp"

namespace weft {

void mutex::lock() {
    detail::checked_fiber();
    if (try_lock()) {
        return;
    }
    if (owner_ == detail::current_fiber->id) {
        throw usage_error("mutex: lock() by the fiber that holds it");
    }
    detail::waiter self;  // unlock() makes this fiber the owner before it wakes it
    self.slot = &owner_;  // tells debug mode who holds the lock
    waiters_.wait(self, detail::wait_reason::mutex, this);
}

bool mutex::try_lock() {
    const auto& self = detail::require_fiber("mutex::try_lock");
    if (owner_ != 0) {
        return false;
    }
    owner_ = self.id;
    return true;
}

void mutex::unlock() {
    if (owner_ == 0 || owner_ != detail::require_fiber("mutex::unlock").id) {
        throw usage_error("mutex: unlock() by a fiber that does not hold it");
    }
    if (auto* next = waiters_.front()) {
        owner_ = next->owner->id;
        waiters_.wake(*next);
    } else {
        owner_ = 0;
    }
}

void mutex::relock() noexcept {
    if (owner_ == 0) {
        owner_ = detail::current_fiber->id;
        return;
    }
    detail::waiter self;
    self.slot = &owner_;
    waiters_.wait_uncancellable(self, detail::wait_reason::mutex, this);
}

}  // namespace weft
