// SPDX-License-Identifier: BSL-1.0
#include "remote_call.hpp"

#include <weft/error.hpp>
#include <weft/task.hpp>

#include "scheduler_inline.hpp"

#include <cerrno>
#include <source_location>
#include <system_error>
#include <utility>

namespace weft {

namespace detail {

namespace {

class call_reply final : public remote_item {
public:
    explicit call_reply(std::shared_ptr<remote_call> call) : call_(std::move(call)) {}
    void arrive(scheduler& at) noexcept override { at.make_ready(*call_->caller); }

private:
    std::shared_ptr<remote_call> call_;
};

/// Sends the reply when it ends. Then all that the target knows of the call has gone: the function
/// is destroyed on the caller's thread.
class answering {
public:
    explicit answering(std::shared_ptr<remote_call> call) noexcept : call_(std::move(call)) {}
    answering(answering&&) noexcept = default;
    answering& operator=(answering&&) = delete;
    ~answering() {
        if (call_ != nullptr) {
            call_->executor = nullptr;
            auto reply = std::move(call_->reply);
            const auto home = call_->home;
            call_.reset();
            home->push(std::move(reply), true);
        }
    }

    void execute() noexcept {
        call_->begun = true;
        call_->work->execute();
    }

private:
    std::shared_ptr<remote_call> call_;
};

class call_begin final : public remote_item {
public:
    explicit call_begin(const std::shared_ptr<remote_call>& call) : call_(*call), answer_(call) {}

    void arrive(scheduler&) noexcept override {
        try {
            auto& state = launch([answer = std::move(answer_)]() mutable { answer.execute(); }, {},
                                 nullptr, nullptr, std::source_location::current());
            state.has_handle = false;
            call_.executor = state.owner;
        } catch (...) {  // no stack for it, or the runtime is ending: the caller finds it not begun
        }
    }

private:
    remote_call& call_;  // lives until the answer
    answering answer_;
};

class call_cancel final : public remote_item {
public:
    explicit call_cancel(std::shared_ptr<remote_call> call) : call_(std::move(call)) {}
    void arrive(scheduler&) noexcept override {
        if (call_->executor != nullptr) {
            call_->executor->root_scope.cancel("its caller was cancelled");
        }
    }

private:
    std::shared_ptr<remote_call> call_;
};

/// Cancellation has reached the caller: the other fiber is told, and still waited for.
void abort_call(fiber& parked) noexcept {
    auto& call = *static_cast<remote_call*>(parked.wait_record);
    try {
        call.target->push(std::make_unique<call_cancel>(call.shared_from_this()), true);
    } catch (...) {  // no memory: it ends by itself
    }
}

[[noreturn]] void throw_not_executed(const char* why) {
    fiber& self = *current_fiber;
    if (cause_within_reach(self, std::uncaught_exceptions()) != nullptr) {
        raise_cancelled(self);
    }
    throw std::system_error(ECANCELED, std::generic_category(), why);
}

}  // namespace

void call_remotely(const std::shared_ptr<remote_queue>& target, const std::shared_ptr<job>& work) {
    fiber& self = checked_fiber();
    const auto call = std::make_shared<remote_call>();
    call->work = work;
    call->home = self.home->remote();
    call->target = target;
    call->caller = &self;
    call->reply = std::make_unique<call_reply>(call);
    std::unique_ptr<remote_item> begin;
    try {
        begin = std::make_unique<call_begin>(call);
    } catch (...) {
        call->reply.reset();  // it holds the call itself
        throw;
    }
    const auto sent = target->push(std::move(begin));
    self.home->park(self, wait_reason::other, work.get(), &abort_call, call.get());
    if (sent != remote_queue::outcome::taken) {
        remote_queue::refuse(sent);
    }
    if (!call->begun) {
        throw_not_executed("runtime_handle: the other runtime has not begun the function");
    }
}

void rethrow_remote_cancellation() {
    throw_not_executed("runtime_handle: the function was cancelled in the other runtime");
}

}  // namespace detail

}  // namespace weft
