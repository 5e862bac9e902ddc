// SPDX-License-Identifier: BSL-1.0
#include <weft/cross_thread/mutex.hpp>

#include <weft/error.hpp>

namespace weft::cross_thread {

void mutex::lock() {
    detail::cross_checkpoint();
    const auto caller = detail::caller_id();
    std::unique_lock held(guard_);
    if (owner_ == 0) {
        owner_ = caller;
        return;
    }
    if (owner_ == caller) {
        throw usage_error("cross_thread::mutex: lock() by the fiber or thread that holds it");
    }
    detail::cross_waiter self;  // unlock() makes it the owner before it wakes it
    waiters_.wait(self, detail::wait_reason::cross_thread_mutex, this, held);
}

bool mutex::try_lock() {
    const std::lock_guard held(guard_);
    if (owner_ != 0) {
        return false;
    }
    owner_ = detail::caller_id();
    return true;
}

void mutex::unlock() {
    const std::lock_guard held(guard_);
    if (owner_ != detail::caller_id()) {
        throw usage_error("cross_thread::mutex: unlock() by one that does not hold it");
    }
    if (auto* next = waiters_.front()) {
        owner_ = next->caller;
        waiters_.wake(*next);
    } else {
        owner_ = 0;
    }
}

mutex_statistics mutex::statistics() const noexcept {
    const std::lock_guard held(guard_);
    return {.owner = owner_, .waiting = waiters_.size()};
}

}  // namespace weft::cross_thread
