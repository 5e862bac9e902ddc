// SPDX-License-Identifier: BSL-1.0
#include <weft/condition_variable.hpp>

#include <weft/error.hpp>

#include "scheduler_inline.hpp"

namespace weft {

void condition_variable::wait(std::unique_lock<mutex>& lock) {
    detail::checked_fiber();
    if (lock.mutex() == nullptr || !lock.owns_lock()) {
        throw usage_error("condition_variable: wait() without holding the lock");
    }
    mutex& held = *lock.mutex();
    held.unlock();
    detail::waiter self;
    // A notified waiter has left the queue and can no longer be cancelled, so the notification
    // is either acted on here or was never taken.
    try {
        waiters_.wait(self, detail::wait_reason::condition, this);
    } catch (...) {
        held.relock();
        throw;
    }
    held.relock();
}

}  // namespace weft
