// SPDX-License-Identifier: BSL-1.0
#include <weft/gather.hpp>

#include "fiber.hpp"

#include <exception>

namespace weft::detail {

void gather_state::watched_ended(task_watch& which) noexcept {
    if (failed_ == nullptr && which.watched->outcome != task_outcome::value) {
        failed_ = which.watched;
    }
    if (--running_ == 0 || failed_ != nullptr) {
        waiting_.wake_all();
    }
}

void gather_state::wait() {
    try {
        wait_for_outcome();
    } catch (...) {
        stop_watching();  // before the tasks are let go
        throw;
    }
}

void gather_state::wait_for_outcome() {
    checkpoint_or_cancel_all();
    while (running_ > 0 && failed_ == nullptr) {
        waiter self;
        waiting_.wait_until_aborted(self, wait_reason::tasks, this);
        if (self.withdrawn) {
            cancel_all();
            raise_cancelled(*current_fiber);
        }
    }
    if (failed_ != nullptr) {
        rethrow_first_failure();
    }
}

void gather_state::checkpoint_or_cancel_all() {
    try {
        checkpoint();
    } catch (const cancelled&) {
        cancel_all();
        throw;
    }
}

/// The others run on, and nobody will ask for their outcome.
void gather_state::rethrow_first_failure() {
    const std::exception_ptr error = failed_->error;
    for (auto& each : watches_) {
        each.watched->read = true;
    }
    std::rethrow_exception(error);
}

void gather_state::cancel_all() noexcept {
    for (auto& each : watches_) {
        each.watched->read = true;
        cancel_task(*each.watched, "gather() was cancelled");
    }
    while (running_ > 0) {
        waiter self;
        waiting_.wait_uncancellable(self, wait_reason::tasks, this);
    }
}

}  // namespace weft::detail
