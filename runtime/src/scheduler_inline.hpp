// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// The part of the scheduler that every wait and wake passes, inlined into the primitives: by
/// force, since the compiler would keep one copy of it behind a call.

#include "engine/native_switch.hpp"
#include "scheduler.hpp"

namespace weft::detail {

[[gnu::always_inline]] inline void scheduler::park(fiber& self, wait_reason reason,
                                                   const void* object,
                                                   void (*abort)(fiber& parked) noexcept,
                                                   void* record) noexcept {
    self.reason = reason;
    self.wait_object = object;
    self.wait_record = record;
    self.abort = abort;
    self.move_to(fiber_state::parked);
    trace_.parked(self);
    if (self.credit == 0) [[unlikely]] {
        park_without_credit(self);
    }
    switch_away(self);
    if (self.credit == 0) [[unlikely]] {
        timers_.disarm(self.unwinding_timer);
    }
}

inline void scheduler::make_ready(fiber& woken) noexcept {
    // Every way to wake a fiber ends here. From another thread only runtime_handle may be used.
    WEFT_ASSERT(current_fiber != nullptr && current_fiber->home == this);
    woken.abort = nullptr;
    woken.move_to(fiber_state::ready);
    ++wakes_;
    trace_.ready(woken);
    enqueue(woken);
}

[[gnu::always_inline]] inline void scheduler::yield(fiber& self) noexcept {
    self.move_to(fiber_state::ready);
    enqueue(self);
    switch_away(self);
}

// The native engine is known here, so that its verbs are inlined; any other is called.

[[gnu::always_inline]] inline void scheduler::enqueue(fiber& able) noexcept {
    if (native_ != nullptr) [[likely]] {
        native_->make_ready(able);
    } else {
        engine_->make_ready(able);
    }
}

[[gnu::always_inline]] inline void scheduler::switch_away(fiber& self) noexcept {
    if (annotate::inlined_switch && native_ != nullptr) [[likely]] {
        native_->switch_away(self);
    } else {
        engine_->park(self);
    }
}

inline void wait_queue::push_back(waiter& added) noexcept {
    added.queue = this;
    added.next = nullptr;
    added.previous = last_;
    (last_ != nullptr ? last_->next : first_) = &added;
    last_ = &added;
}

inline void wait_queue::unlink(waiter& removed) noexcept {
    (removed.previous != nullptr ? removed.previous->next : first_) = removed.next;
    (removed.next != nullptr ? removed.next->previous : last_) = removed.previous;
    removed.queue = nullptr;
}

/// The `abort` of a fiber in a wait_queue.
void withdraw_waiter(fiber& parked) noexcept;

/// wait_queue::wait() for a caller that knows its fiber.
[[gnu::always_inline]] inline void wait_in(wait_queue& queue, fiber& running, waiter& self,
                                           wait_reason reason, const void* object) {
    self.owner = &running;
    queue.push_back(self);
    running.home->park(running, reason, object, &withdraw_waiter, &self);
    if (self.withdrawn) [[unlikely]] {
        raise_cancelled(running);
    }
}

/// Takes a fiber that was chosen in one queue out of the others in which it waits.
void leave_others(waiter& chosen) noexcept;

/// wait_queue::wake().
inline void wake_from(wait_queue& queue, waiter& chosen) noexcept {
    queue.unlink(chosen);
    if (chosen.set != nullptr) [[unlikely]] {
        leave_others(chosen);
    }
    chosen.owner->home->make_ready(*chosen.owner);
}

/// The fiber has no credit left: it is cancelled, or it has not let others run for long.
void slow_checkpoint(fiber& self);

/// checkpoint() for a caller that knows its fiber.
inline void checkpoint_of(fiber& self) {
    if (--self.credit <= 0) [[unlikely]] {
        slow_checkpoint(self);
    }
}

/// The running fiber, for a blocking call.
inline fiber& running_fiber() {
    fiber* self = current_fiber;
    if (self == nullptr) [[unlikely]] {
        require_fiber("a blocking call of weft");
    }
    return *self;
}

/// checkpoint() that also returns the running fiber.
inline fiber& checked_fiber() {
    fiber& self = running_fiber();
    checkpoint_of(self);
    return self;
}

}  // namespace weft::detail
