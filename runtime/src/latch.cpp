// SPDX-License-Identifier: BSL-1.0
#include <weft/latch.hpp>

#include <weft/error.hpp>

#include "scheduler_inline.hpp"

#include <stdexcept>

namespace weft {

latch::latch(std::ptrdiff_t expected) : remaining_(expected) {
    if (expected < 0) {
        throw std::invalid_argument("latch: a negative number of arrivals");
    }
}

void latch::count_down(std::ptrdiff_t arrivals) {
    if (arrivals < 0 || arrivals > remaining_) {
        throw usage_error("latch: count_down() by more than what is missing, or by less than 0");
    }
    remaining_ -= arrivals;
    if (remaining_ == 0) {
        waiters_.wake_all();
    }
}

void latch::wait() {
    detail::checked_fiber();
    wait_if_closed();
}

void latch::arrive_and_wait(std::ptrdiff_t arrivals) {
    detail::checked_fiber();
    count_down(arrivals);
    wait_if_closed();
}

void latch::wait_if_closed() {
    if (remaining_ > 0) {
        detail::waiter self;
        waiters_.wait(self, detail::wait_reason::barrier, this);
    }
}

}  // namespace weft
