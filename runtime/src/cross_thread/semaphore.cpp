// SPDX-License-Identifier: BSL-1.0
#include <weft/cross_thread/semaphore.hpp>

#include <stdexcept>

namespace weft::cross_thread {

counting_semaphore::counting_semaphore(std::ptrdiff_t permits, std::ptrdiff_t most)
    : permits_(permits), most_(most) {
    if (permits < 0 || permits > most) {
        throw std::invalid_argument("counting_semaphore: permits below 0 or above the most");
    }
}

void counting_semaphore::acquire() {
    detail::cross_checkpoint();
    std::unique_lock held(guard_);
    if (permits_ > 0) {
        --permits_;
        return;
    }
    detail::cross_waiter self;  // release() passes its permit straight on
    waiters_.wait(self, detail::wait_reason::semaphore, this, held);
}

bool counting_semaphore::try_acquire() noexcept {
    const std::lock_guard held(guard_);
    if (permits_ == 0) {
        return false;
    }
    --permits_;
    return true;
}

void counting_semaphore::release(std::ptrdiff_t permits) {
    const std::lock_guard held(guard_);
    if (permits < 0 || permits > most_ - permits_) {
        throw std::invalid_argument("counting_semaphore: release below 0 or beyond the most");
    }
    for (; permits > 0 && !waiters_.empty(); --permits) {
        waiters_.wake(*waiters_.front());
    }
    permits_ += permits;
}

semaphore_statistics counting_semaphore::statistics() const noexcept {
    const std::lock_guard held(guard_);
    return {.available = permits_, .waiting = waiters_.size()};
}

}  // namespace weft::cross_thread
