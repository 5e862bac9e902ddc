// SPDX-License-Identifier: BSL-1.0
#include <weft/semaphore.hpp>

#include "scheduler_inline.hpp"

#include <stdexcept>

namespace weft {

counting_semaphore::counting_semaphore(std::ptrdiff_t permits, std::ptrdiff_t most)
    : permits_(permits), most_(most) {
    if (permits < 0 || permits > most) {
        throw std::invalid_argument("counting_semaphore: permits below 0 or above the most");
    }
}

void counting_semaphore::acquire() {
    detail::checked_fiber();
    if (permits_ > 0) {
        --permits_;
        return;
    }
    waiters_.wait(detail::wait_reason::semaphore, this);  // release() passes its permit straight on
}

bool counting_semaphore::try_acquire() noexcept {
    // Permits are only kept while nobody waits, so taking one overtakes nobody.
    if (permits_ == 0) {
        return false;
    }
    --permits_;
    return true;
}

void counting_semaphore::release(std::ptrdiff_t permits) {
    if (permits < 0) {
        throw std::invalid_argument("counting_semaphore: release of a negative number");
    }
    if (permits > most_ - permits_) {
        throw std::invalid_argument("counting_semaphore: release beyond the most permits");
    }
    for (; permits > 0 && !waiters_.empty(); --permits) {
        detail::wake_from(waiters_, *waiters_.front());
    }
    permits_ += permits;
}

}  // namespace weft
