// SPDX-License-Identifier: BSL-1.0
#include <weft/detail/wait_any.hpp>

#include "scheduler_inline.hpp"

namespace weft::detail {

/// A fiber that waits in several places; on its stack.
///
/// Invariant: while the fiber is parked, either every place is linked and the timer, if there is
/// a deadline, armed; or the fiber was taken out of all of them and is ready.
struct wait_set : fiber_timer {
    std::span<wait_place> places;
    waiter* chosen = nullptr;
    bool aborted = false;
};

namespace {

void leave(wait_set& set) noexcept {
    set.owner->home->timers().disarm(set);
    for (auto& place : set.places) {
        if (place.self.queue != nullptr) {
            place.queue->unlink(place.self);
        }
    }
}

void end_at_deadline(timer& due) noexcept {
    auto& set = static_cast<wait_set&>(due);
    leave(set);
    set.owner->home->make_ready(*set.owner);
}

void withdraw_set(fiber& parked) noexcept {
    auto& set = *static_cast<wait_set*>(parked.wait_record);
    leave(set);
    set.aborted = true;
    parked.home->make_ready(parked);
}

std::size_t index_of(const wait_set& set) noexcept {
    for (std::size_t i = 0; i < set.places.size(); ++i) {
        if (&set.places[i].self == set.chosen) {
            return i;
        }
    }
    return no_place;
}

}  // namespace

void leave_others(waiter& chosen) noexcept {
    chosen.set->chosen = &chosen;
    leave(*chosen.set);
}

std::size_t wait_any(std::span<wait_place> places, clock::time_point deadline, wait_reason reason,
                     const void* object) {
    fiber& running = *current_fiber;
    wait_set set;
    set.owner = &running;
    set.places = places;
    if (deadline != never) {
        set.expired = &end_at_deadline;
        running.home->timers().arm(set, deadline);
    }
    for (auto& place : places) {
        if (place.queue != nullptr) {
            place.self.owner = &running;
            place.self.set = &set;
            place.queue->push_back(place.self);
        }
    }
    running.home->park(running, reason, object, &withdraw_set, &set);
    if (set.aborted) {
        raise_cancelled(running);
    }
    return index_of(set);
}

bool wait_until(wait_queue& queue, void* slot, clock::time_point deadline, wait_reason reason,
                const void* object) {
    wait_place only{.queue = &queue, .self = {.slot = slot}};
    return wait_any({&only, 1}, deadline, reason, object) == 0;
}

}  // namespace weft::detail
