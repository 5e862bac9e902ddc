// SPDX-License-Identifier: BSL-1.0
#include <weft/event.hpp>

#include "scheduler_inline.hpp"

namespace weft {

void event::wait() {
    detail::checked_fiber();
    if (!set_) {
        waiters_.wait(detail::wait_reason::event, this);
    }
}

void event::set() noexcept {
    set_ = true;
    waiters_.wake_all();
}

}  // namespace weft
