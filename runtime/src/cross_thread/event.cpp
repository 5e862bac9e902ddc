// SPDX-License-Identifier: BSL-1.0
#include <weft/cross_thread/event.hpp>

namespace weft::cross_thread {

void event::wait() {
    detail::cross_checkpoint();
    std::unique_lock held(guard_);
    if (!set_) {
        detail::cross_waiter self;
        waiters_.wait(self, detail::wait_reason::event, this, held);
    }
}

void event::set() noexcept {
    const std::lock_guard held(guard_);
    set_ = true;
    waiters_.wake_all();
}

void event::clear() noexcept {
    const std::lock_guard held(guard_);
    set_ = false;
}

event_statistics event::statistics() const noexcept {
    const std::lock_guard held(guard_);
    return {.set = set_, .waiting = waiters_.size()};
}

}  // namespace weft::cross_thread
