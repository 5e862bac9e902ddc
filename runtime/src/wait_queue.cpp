// SPDX-License-Identifier: BSL-1.0
#include <weft/detail/wait_queue.hpp>

#include <weft/error.hpp>

#include "debug/monitor.hpp"
#include "engine/wait_return.hpp"
#include "scheduler_inline.hpp"

#include <exception>
#include <string>

namespace weft::detail {

namespace {

/// Throws if the fiber is cancelled, unless an exception unwinds it: then a destructor may block,
/// for a bounded time, since cancelled thrown out of it would end the program.
void check_cancellation(fiber& self) {
    const int uncaught = std::uncaught_exceptions();
    if (uncaught == 0 || cause_within_reach(self, uncaught) != nullptr) {
        raise_cancelled(self);
    }
    if (!self.has_unwinding_limit) {
        self.has_unwinding_limit = true;
        self.unwinding_limit = self.home->now() + self.home->options().unwinding_limit;
    }
    if (self.home->now() >= self.unwinding_limit) {
        raise_cancelled(self);
    }
}

}  // namespace

const char* name_of(wait_reason reason) noexcept {
    switch (reason) {
        case wait_reason::none: return "nothing";
        case wait_reason::sleep: return "sleep";
        case wait_reason::join: return "join";
        case wait_reason::mutex: return "mutex";
        case wait_reason::condition: return "condition_variable";
        case wait_reason::semaphore: return "semaphore";
        case wait_reason::event: return "event";
        case wait_reason::channel_send: return "channel, send";
        case wait_reason::channel_receive: return "channel, receive";
        case wait_reason::task_group: return "task_group";
        case wait_reason::io_read: return "reading";
        case wait_reason::io_write: return "writing";
        case wait_reason::worker: return "to_thread";
        case wait_reason::run: return "run";
        case wait_reason::select: return "select";
        case wait_reason::barrier: return "barrier";
        case wait_reason::limiter: return "capacity_limiter";
        case wait_reason::queue_put: return "queue, put";
        case wait_reason::queue_get: return "queue, get";
        case wait_reason::queue_join: return "queue, join";
        case wait_reason::shared_mutex: return "shared_mutex";
        case wait_reason::cross_thread_mutex: return "mutex between threads";
        case wait_reason::boost_fiber: return "Boost.Fiber";
        case wait_reason::tasks: return "several tasks";
        case wait_reason::other: break;
    }
    return "other";
}

void withdraw_waiter(fiber& parked) noexcept {
    auto& self = *static_cast<waiter*>(parked.wait_record);
    self.queue->unlink(self);
    self.withdrawn = true;
    parked.home->make_ready(parked);
}

void slow_checkpoint(fiber& self) {
    self.credit = 0;
    if (self.scope->cause != nullptr) {
        check_cancellation(self);
        return;
    }
    if (self.no_suspend != nullptr) {
        return;  // others may wait a little longer
    }
    self.credit = fiber::checkpoint_credit;
    self.home->yield(self);
    if (self.scope->cause != nullptr) {
        check_cancellation(self);
    }
}

void raise_cancelled(fiber& self) {
    const auto scope_id = self.scope->cause != nullptr ? self.scope->cause->id : self.cancelled_by;
    if (auto* debug = self.home->debug()) {
        debug->cancellation_thrown(self, scope_id);
    }
    self.home->trace().note(trace::cancel_events, {.fiber = static_cast<std::uint32_t>(self.id),
                                                   .type = trace::event_type::cancel_seen,
                                                   .object = scope_id});
    const int uncaught = std::uncaught_exceptions();
    if (uncaught == 0) {  // what follows is a new unwinding
        self.has_unwinding_limit = false;
        self.shield_expired = false;
    } else if (const auto* cause = cause_within_reach(self, uncaught)) {
        throw cause->cancellation();
    } else if (!self.shield_expired) {
        self.shield_expired = true;
        self.home->report(error_kind::shield_expired, &self,
                          "a cancelled fiber blocked for too long while an exception unwound it",
                          nullptr);
    }
    self.scope->raise();
}

fiber& require_fiber(const char* what) {
    if (current_fiber == nullptr) {
        throw usage_error(std::string(what) + ": called outside a fiber");
    }
    return *current_fiber;
}

void checkpoint() {
    checked_fiber();
}

std::size_t wait_queue::size() const noexcept {
    std::size_t count = 0;
    for (const auto* each = first_; each != nullptr; each = each->next) {
        ++count;
    }
    return count;
}

void wait_queue::wait_until_aborted(waiter& self, wait_reason reason, const void* object) noexcept {
    fiber& running = *current_fiber;
    self.owner = &running;
    push_back(self);
    running.home->park(running, reason, object, &withdraw_waiter, &self);
}

void wait_queue::wait(waiter& self, wait_reason reason, const void* object) {
    weft_wait_as(*this, self, reason, object);
}

void wait_queue::wait(wait_reason reason, const void* object) {
    weft_wait(*this, reason, object);
}

void wait_queue::wait_uncancellable(waiter& self, wait_reason reason, const void* object) noexcept {
    fiber& running = *current_fiber;
    self.owner = &running;
    push_back(self);
    running.home->park(running, reason, object, nullptr, &self);
}

void wait_queue::wake(waiter& chosen) noexcept {
    wake_from(*this, chosen);
}

bool wait_queue::wake_front() noexcept {
    if (first_ == nullptr) {
        return false;
    }
    wake_from(*this, *first_);
    return true;
}

void wait_queue::wake_all() noexcept {
    while (wake_front()) {
    }
}

}  // namespace weft::detail
