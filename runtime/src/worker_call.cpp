// SPDX-License-Identifier: BSL-1.0
#include "worker_call.hpp"

#include <weft/error.hpp>
#include <weft/this_worker.hpp>

#include "borrowed_values.hpp"
#include "id_source.hpp"
#include "scheduler_inline.hpp"

namespace weft::detail {

namespace {

/// What this thread, a worker, executes.
thread_local std::shared_ptr<worker_call> executed_call;

}  // namespace

/// A worker's wish to have something executed by the fiber that waits for it.
class worker_question final : public remote_item {
public:
    worker_question(std::shared_ptr<worker_call> call, job& asked)
        : call_(std::move(call)), asked_(&asked) {}

    void arrive(scheduler& at) noexcept override {
        if (call_->owner != nullptr) {
            call_->question = std::exchange(asked_, nullptr);
            at.make_ready(*call_->owner);
        }
    }

    ~worker_question() override {
        if (asked_ != nullptr) {
            call_->tell(worker_call::answer::refused);
        }
    }

private:
    std::shared_ptr<worker_call> call_;
    job* asked_;  // null: it has reached the owner
};

worker_call::worker_call(std::shared_ptr<job> added, fiber& caller, bool may_be_abandoned,
                         std::uint64_t number)
    : work(std::move(added)),
      owner(&caller),
      abandonable(may_be_abandoned),
      recorded{.number = number, .caller = caller.id},
      values_(caller.values) {}

void worker_call::request_cancellation() noexcept {
    if (cancel_requested_.load(std::memory_order_relaxed)) {
        return;
    }
    cancelled_by_ = owner->cancelled_by;
    try {
        cancel_reason_ = owner->scope->cause != nullptr ? owner->scope->cause->reason : "";
    } catch (...) {
        cancel_reason_.clear();  // no memory for the reason: the cancellation matters more
    }
    cancel_requested_.store(true, std::memory_order_release);  // pairs with check_cancelled()
}

void worker_call::execute(const std::shared_ptr<worker_call>& self,
                          const std::shared_ptr<remote_queue>& questions) noexcept {
    self->questions_ = questions;
    executed_call = self;
    {
        const borrowed_values inherited(self->values_);
        self->work->execute();
    }
    executed_call = nullptr;
}

void worker_call::check_cancelled() const {
    if (cancel_requested_.load(std::memory_order_acquire)) {
        throw cancelled(cancelled_by_, cancel_reason_);
    }
}

bool worker_call::run_in_owner(const std::shared_ptr<worker_call>& self, job& asked) {
    self->answer_ = answer::awaited;
    auto question = std::make_unique<worker_question>(self, asked);
    self->questions_->push(std::move(question), true);  // if that is refused, the question tells
    std::unique_lock lock(self->guard_);
    self->answered_.wait(lock, [&] { return self->answer_ != answer::awaited; });
    return self->answer_ == answer::given;
}

void worker_call::answer_question() noexcept {
    std::exchange(question, nullptr)->execute();
    tell(answer::given);
}

void worker_call::tell(answer outcome) noexcept {
    const std::lock_guard lock(guard_);
    answer_ = outcome;
    answered_.notify_one();
}

std::uint64_t new_borrower() noexcept {
    return next_id();
}

void run_in_caller(job& asked) {
    if (executed_call == nullptr) {
        throw usage_error("this_worker::run: this thread is no worker");
    }
    if (!worker_call::run_in_owner(executed_call, asked)) {
        throw usage_error("this_worker::run: the caller of to_thread() has stopped waiting");
    }
}

}  // namespace weft::detail

void weft::this_worker::check_cancelled() {
    if (detail::executed_call == nullptr) {
        throw usage_error("this_worker::check_cancelled: this thread is no worker");
    }
    detail::executed_call->check_cancelled();
}
