// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// What AddressSanitizer must be told about switches that are known before they happen, and not
/// when they have happened. See engine/switch_annotations.hpp.

#include "fiber.hpp"

#include <utility>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

namespace weft::detail::annotate {

/// Whether the last switch of this thread was announced and not settled.
inline thread_local bool announced = false;

/// On the new stack, whenever that is: no switch is under way.
inline void settle_switch() noexcept {
#if defined(__SANITIZE_ADDRESS__)
    if (std::exchange(announced, false)) {
        __sanitizer_finish_switch_fiber(nullptr, nullptr, nullptr);
    }
#endif
}

/// On the old stack. The sanitizer takes the switch for unfinished until the next one, which is no
/// harm, since it looks at the bounds of the new stack first. Not for
/// detect_stack_use_after_return.
inline void announce_switch([[maybe_unused]] fiber& to) noexcept {
#if defined(__SANITIZE_ADDRESS__)
    settle_switch();
    announced = true;
    __sanitizer_start_switch_fiber(nullptr, to.memory.low, to.memory.size);
#endif
}

}  // namespace weft::detail::annotate
