// SPDX-License-Identifier: BSL-1.0
#include "others.hpp"

#include "fiber.hpp"
#include "scheduler.hpp"

namespace weft::testing::detail {

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

}  // namespace weft::testing::detail
