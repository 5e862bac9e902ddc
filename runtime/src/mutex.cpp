// SPDX-License-Identifier: BSL-1.0
#include <weft/mutex.hpp>

#include <weft/detail/wait_any.hpp>
#include <weft/error.hpp>

#include "scheduler_inline.hpp"

namespace weft {

bool mutex::lock_at_once() {
    const auto& self = detail::checked_fiber();
    if (owner_ == 0) {
        owner_ = self.id;
        return true;
    }
    if (owner_ == self.id) {
        throw usage_error("mutex: lock() by the fiber that holds it");
    }
    return false;
}

bool mutex::wait_until(clock::time_point deadline) {
    // unlock() makes this fiber the owner before it wakes it.
    return detail::wait_until(waiters_, nullptr, deadline, detail::wait_reason::mutex, this);
}

void mutex::lock() {
    if (!lock_at_once()) {
        waiters_.wait(detail::wait_reason::mutex, this);
    }
}

bool mutex::try_lock() {
    const auto& self = detail::require_fiber("mutex::try_lock");
    if (owner_ != 0) {
        return false;
    }
    owner_ = self.id;
    return true;
}

bool mutex::owned_by_caller() const noexcept {
    return owner_ != 0 && detail::current_fiber != nullptr && owner_ == detail::current_fiber->id;
}

void mutex::unlock() {
    if (!owned_by_caller()) {
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
    waiters_.wait_uncancellable(self, detail::wait_reason::mutex, this);
}

}  // namespace weft
