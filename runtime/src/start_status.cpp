// SPDX-License-Identifier: BSL-1.0
#include <weft/start_status.hpp>

#include <weft/error.hpp>
#include <weft/task_group.hpp>

#include "fiber.hpp"

namespace weft::detail {

void start_record::wait_until_ready() {
    bool interrupted = false;
    if (phase_ == phase::starting) {
        waiter self;
        waiting_.wait_until_aborted(self, wait_reason::task_group, &group_);
        interrupted = self.withdrawn;
    }
    if (phase_ == phase::starting) {
        abandon();
    }
    // What the child threw is more than the cancellation, which comes again at the next call.
    if (interrupted && phase_ == phase::ended && !failed_) {
        raise_cancelled(*current_fiber);
    }
    if (error_ != nullptr) {
        std::rethrow_exception(error_);
    }
    if (phase_ == phase::ended) {
        throw usage_error("task_group::start: the child ended without calling started()");
    }
}

void start_record::abandon() noexcept {
    phase_ = phase::abandoned;
    cancel_task(*child_, "task_group::start() was cancelled");
    waiter self;
    waiting_.wait_uncancellable(self, wait_reason::task_group, &group_);
}

bool start_record::wanted() const {
    if (phase_ == phase::ready || phase_ == phase::ended) {
        throw usage_error("start_status: started() was called twice or too late");
    }
    return phase_ == phase::starting;
}

void start_record::ready() noexcept {
    phase_ = phase::ready;
    child_->observer = &group_;
    waiting_.wake_front();
}

void start_record::task_ended(task_state& ended) noexcept {
    phase_ = phase::ended;
    error_ = ended.error;
    failed_ = ended.outcome == task_outcome::failed;
    ended.read = true;
    group_.child_gone();
    waiting_.wake_front();
}

}  // namespace weft::detail
