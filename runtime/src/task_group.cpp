// SPDX-License-Identifier: BSL-1.0
#include <weft/task_group.hpp>

#include <weft/error.hpp>
#include <weft/this_fiber.hpp>

#include "fiber.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace weft {

task_group::task_group() {
    errors_.reserve(1);
}

void task_group::task_ended(detail::task_state& ended) noexcept {
    if (ended.outcome == detail::task_outcome::failed) {
        ended.read = true;
        errors_.push_back(ended.error);  // spawn() made room
        scope_.cancel("a sibling failed", ended.owner->id);
    }
    child_gone();
}

void task_group::child_gone() noexcept {
    if (--running_ == 0) {
        waiting_.wake_all();
    }
}

void task_group::cancel(std::string_view reason) {
    if (scope_.owner != nullptr) {
        detail::require_thread_of(*scope_.owner, "task_group::cancel");
    }
    scope_.cancel(reason, this_fiber::id());
}

void task_group::prepare_for_child() {
    require_open();
    const std::size_t needed = errors_.size() + running_ + 2;
    if (needed > errors_.capacity()) {
        errors_.reserve(std::max(needed, 2 * errors_.capacity()));
    }
}

void task_group::require_open() const {
    // Cancelled from outside, the group takes children that are cancelled before they begin: what
    // they were given is released, and the caller meets the cancellation at its next call.
    if (ended_ || scope_.cancel_called) {
        throw usage_error(ended_ ? "task_group: spawn after the end of the group"
                                 : "task_group: spawn into a cancelled group");
    }
    detail::require_thread_of(*scope_.owner, "task_group::spawn");
}

void task_group::body_failed(std::exception_ptr error) {
    errors_.push_back(std::move(error));
    scope_.cancel("the body of the group failed", this_fiber::id());
}

void task_group::wait_for_children() noexcept {
    while (running_ > 0) {
        detail::waiter self;
        interrupted_ = interrupted_ || scope_.cause != nullptr;
        if (interrupted_) {
            waiting_.wait_uncancellable(self, detail::wait_reason::task_group, this);
        } else {
            waiting_.wait_until_aborted(self, detail::wait_reason::task_group, this);
        }
        interrupted_ = interrupted_ || self.withdrawn;
    }
    ended_ = true;
}

void task_group::throw_failures() {
    if (!errors_.empty()) {
        throw exception_group(std::move(errors_));
    }
}

/// The children that were waited for have not done all of their work.
void task_group::throw_outer_cancellation() const {
    const auto* cause = detail::cause_within_reach(*scope_.owner, std::uncaught_exceptions());
    if (interrupted_ && cause != nullptr && cause != &scope_) {
        throw cause->cancellation();
    }
}

}  // namespace weft
