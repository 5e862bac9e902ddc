// SPDX-License-Identifier: BSL-1.0
#include <weft/detail/task_watcher.hpp>

#include "scheduler_inline.hpp"

namespace weft::detail {

void task_watcher::watch(task_state& added) {
    require_other_fiber(added);
    WEFT_ASSERT(watches_.size() < watches_.capacity());
    task_watch& place = watches_.emplace_back();
    place.watched = &added;
    if (added.outcome == task_outcome::running) {
        place.slot = this;
        added.joiners.push_back(place);
    } else {
        place.ended = true;
        watched_ended(place);
    }
}

void task_watcher::stop_watching() noexcept {
    for (auto& each : watches_) {
        if (!each.ended) {
            each.queue->unlink(each);
            each.ended = true;
        }
    }
}

void task_watcher::tell(wait_queue& line, waiter& told) noexcept {
    line.unlink(told);
    auto& place = static_cast<task_watch&>(told);
    place.ended = true;
    static_cast<task_watcher*>(place.slot)->watched_ended(place);
}

}  // namespace weft::detail
