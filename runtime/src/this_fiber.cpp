// SPDX-License-Identifier: BSL-1.0
#include <weft/this_fiber.hpp>

#include "scheduler_inline.hpp"

#include <string>

namespace weft::this_fiber {

namespace {

/// A sleeping fiber's place in the timer queue; on its stack.
struct sleep_timer : detail::fiber_timer {
    bool aborted = false;
};

void wake_sleeper(detail::timer& due) noexcept {
    auto& sleeper = *static_cast<sleep_timer&>(due).owner;
    sleeper.home->make_ready(sleeper);
}

void abort_sleep(detail::fiber& parked) noexcept {
    auto& sleep = *static_cast<sleep_timer*>(parked.wait_record);
    parked.home->timers().disarm(sleep);
    sleep.aborted = true;
    parked.home->make_ready(parked);
}

void yield_without_credit(detail::fiber& self) {
    detail::slow_checkpoint(self);
    if (self.no_suspend != nullptr) {
        detail::suspension_forbidden(self, "yield");
    }
    self.home->yield(self);
}

}  // namespace

std::uint64_t id() noexcept {
    return detail::current_fiber != nullptr ? detail::current_fiber->id : 0;
}

std::string name() {
    return detail::current_fiber != nullptr ? detail::name_of(*detail::current_fiber)
                                            : std::string();
}

void yield() {
    auto& self = detail::running_fiber();
    if (self.credit <= 0) [[unlikely]] {
        yield_without_credit(self);
        return;
    }
    self.home->yield(self);
}

void sleep_until(clock::time_point deadline) {
    auto& self = detail::checked_fiber();
    if (deadline <= self.home->turn_time()) {
        yield();
        return;
    }
    sleep_timer sleep;
    sleep.owner = &self;
    sleep.expired = &wake_sleeper;
    self.home->timers().arm(sleep, deadline);
    self.home->park(self, detail::wait_reason::sleep, nullptr, &abort_sleep, &sleep);
    if (sleep.aborted) {
        detail::raise_cancelled(self);
    }
}

void check_cancelled() {
    auto& self = detail::require_fiber("check_cancelled");
    if (self.credit <= 0) {
        detail::checkpoint();
    }
}

}  // namespace weft::this_fiber
