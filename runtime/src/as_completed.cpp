// SPDX-License-Identifier: BSL-1.0
#include <weft/as_completed.hpp>

namespace weft::detail {

completion_order::completion_order(std::size_t count) : task_watcher(count) {
    ended_.reserve(count);
}

std::optional<std::size_t> completion_order::next() {
    checkpoint();
    if (given_ < ended_.size()) {
        return ended_[given_++];
    }
    std::optional<std::size_t> position;
    if (ended_.size() + handed_over_ < watches_.size()) {
        waiter self;
        self.slot = &position;
        waiting_.wait(self, wait_reason::tasks, this);
    }
    return position;
}

void completion_order::watched_ended(task_watch& which) noexcept {
    if (waiter* first = waiting_.front()) {
        ++handed_over_;
        *static_cast<std::optional<std::size_t>*>(first->slot) = position_of(which);
        waiting_.wake(*first);
    } else {
        ended_.push_back(position_of(which));
    }
    if (ended_.size() + handed_over_ == watches_.size()) {
        waiting_.wake_all();  // nothing is left for these
    }
}

}  // namespace weft::detail
