// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/parked.hpp>

#include <weft/this_fiber.hpp>

#include "others.hpp"
#include "scheduler.hpp"

namespace weft::testing {

/// Yields until nobody else can run, also after descriptors and timers were looked at.
void wait_until_all_parked() {
    constexpr unsigned looks = 2 * weft::detail::scheduler::switches_per_turn + 1;
    for (unsigned quiet = 0; quiet < looks; ++quiet) {
        if (detail::others_can_run()) {
            quiet = 0;
        }
        this_fiber::yield();
    }
}

}  // namespace weft::testing
