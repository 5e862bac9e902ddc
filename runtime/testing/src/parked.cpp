// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/parked.hpp>

#include <weft/this_fiber.hpp>

#include "fiber.hpp"
#include "scheduler.hpp"

namespace weft::testing {

namespace {

using weft::detail::fiber;
using weft::detail::fiber_state;

bool others_can_run() {
    const auto* self = weft::detail::current_fiber;
    const auto& all = self->home->alive();
    for (const fiber* each = all.first; each != nullptr; each = each->next_alive) {
        if (each != self && each->state == fiber_state::ready) {
            return true;
        }
    }
    return false;
}

}  // namespace

/// Yields until nobody else can run, also after descriptors and timers were looked at.
void wait_until_all_parked() {
    constexpr unsigned looks = 2 * weft::detail::scheduler::switches_per_turn + 1;
    for (unsigned quiet = 0; quiet < looks; ++quiet) {
        if (others_can_run()) {
            quiet = 0;
        }
        this_fiber::yield();
    }
}

}  // namespace weft::testing
