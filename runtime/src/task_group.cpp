// SPDX-License-Identifier: BSL-1.0
#include <weft/task_group.hpp>

#include <weft/error.hpp>

#include <utility>

namespace weft {

task_group::task_group() {
    errors_.reserve(1);
}

void task_group::task_ended(detail::task_state& ended) noexcept {
    if (ended.outcome == detail::task_outcome::failed) {
        ended.read = true;
        errors_.push_back(ended.error);  // spawn() made room
        scope_.cancel("a sibling failed");
    }
    if (--running_ == 0) {
        waiting_.wake_all();
    }
}

void task_group::require_open() const {
    if (ended_ || scope_.cause != nullptr) {
        throw usage_error(ended_ ? "task_group: spawn after the end of the group"
                                 : "task_group: spawn into a cancelled group");
    }
}

void task_group::body_failed(std::exception_ptr error) {
    errors_.push_back(std::move(error));
    scope_.cancel("the body of the group failed");
}

void task_group::wait_for_children() noexcept {
    while (running_ > 0) {
        detail::waiter self;
        waiting_.wait_uncancellable(self, detail::wait_reason::task_group, this);
    }
    ended_ = true;
}

void task_group::throw_failures() {
    if (!errors_.empty()) {
        throw exception_group(std::move(errors_));
    }
}

}  // namespace weft
