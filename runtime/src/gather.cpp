// SPDX-License-Identifier: BSL-1.0
#include <weft/gather.hpp>

#include "fiber.hpp"

#include <exception>

namespace weft::detail {

gather_state::~gather_state() {
    stop_watching();
}

/// Before anybody takes a result or lets a task go: the task is gone then.
void gather_state::stop_watching() noexcept {
    for (auto* each : watched_) {
        if (each->outcome == task_outcome::running) {
            each->observer = nullptr;
        }
    }
    watched_.clear();
}

void gather_state::add(task_state& watched) {
    watched_.push_back(&watched);
    if (watched.outcome == task_outcome::running) {
        watched.observer = this;
        ++running_;
    } else {
        note_failure(watched);
    }
}

void gather_state::note_failure(task_state& ended) noexcept {
    if (failed_ == nullptr && ended.outcome != task_outcome::value) {
        failed_ = &ended;
    }
}

void gather_state::task_ended(task_state& ended) noexcept {
    note_failure(ended);
    if (--running_ == 0 || failed_ != nullptr) {
        waiting_.wake_all();
    }
}

void gather_state::wait() {
    try {
        wait_for_outcome();
    } catch (...) {
        stop_watching();
        throw;
    }
    stop_watching();
}

void gather_state::wait_for_outcome() {
    checkpoint_or_cancel_all();
    while (running_ > 0 && failed_ == nullptr) {
        waiter self;
        waiting_.wait_until_aborted(self, wait_reason::join, this);
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
    for (auto* each : watched_) {
        each->read = true;
    }
    std::rethrow_exception(error);
}

void gather_state::cancel_all() noexcept {
    for (auto* each : watched_) {
        each->read = true;
        cancel_task(*each, "gather() was cancelled");
    }
    while (running_ > 0) {
        waiter self;
        waiting_.wait_uncancellable(self, wait_reason::join, this);
    }
}

}  // namespace weft::detail
