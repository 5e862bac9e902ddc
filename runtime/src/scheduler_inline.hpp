// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// The part of the scheduler that every wait and wake passes, inlined into the primitives.

#include "scheduler.hpp"

namespace weft::detail {

inline void scheduler::park(fiber& self, wait_reason reason, const void* object,
                            void (*abort)(fiber& parked) noexcept, void* record) noexcept {
    self.reason = reason;
    self.wait_object = object;
    self.wait_record = record;
    self.abort = abort;
    self.move_to(fiber_state::parked);
    trace_.emit(trace_event::parked, &self);
    if (self.credit == 0 && abort != nullptr) [[unlikely]] {
        limit_unwinding(self);
    }
    engine_->park(self);
    if (self.credit == 0) [[unlikely]] {
        timers_.disarm(self.unwinding_timer);
    }
}

inline void scheduler::make_ready(fiber& woken) noexcept {
    woken.abort = nullptr;
    woken.move_to(fiber_state::ready);
    ++wakes_;
    trace_.emit(trace_event::ready, &woken);
    engine_->make_ready(woken);
}

inline void scheduler::yield(fiber& self) noexcept {
    self.move_to(fiber_state::ready);
    engine_->make_ready(self);
    engine_->park(self);
}

}  // namespace weft::detail
