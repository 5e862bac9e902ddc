// SPDX-License-Identifier: BSL-1.0
#include <weft/condition_variable.hpp>

#include <weft/detail/wait_any.hpp>
#include <weft/error.hpp>

#include "scheduler_inline.hpp"

namespace weft {

bool condition_variable::wait_with(std::unique_lock<mutex>& lock, clock::time_point deadline,
                                   bool in_vain) {
    const auto& self = detail::checked_fiber();
    if (lock.mutex() == nullptr || !lock.owns_lock() || !lock.mutex()->owned_by_caller()) {
        throw usage_error("condition_variable: wait() without holding the lock");
    }
    mutex& held = *lock.mutex();
    if (!waiters_.empty() && used_ != &held) {
        throw usage_error("condition_variable: wait() with another mutex than those who wait");
    }
    used_ = &held;
    if (in_vain) {
        self.home->trace().note(trace::sched_events,
                                {.fiber = static_cast<std::uint32_t>(self.id),
                                 .type = trace::event_type::woken_in_vain,
                                 .sub = static_cast<std::uint8_t>(detail::wait_reason::condition),
                                 .object = detail::address_of(this)});
    }
    held.unlock();
    // A notified waiter has left the queue and can no longer be cancelled, so the notification
    // is either acted on here or was never taken.
    bool notified = false;
    try {
        notified =
            detail::wait_until(waiters_, nullptr, deadline, detail::wait_reason::condition, this);
    } catch (...) {
        held.relock();
        throw;
    }
    held.relock();
    return notified;
}

}  // namespace weft
