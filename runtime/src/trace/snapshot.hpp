// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_events.hpp>

#include "fiber.hpp"

#include <ucontext.h>

namespace weft::detail {

/// Writes down where the running fiber was when a signal interrupted it. Nothing of its stack, if
/// that was just being switched.
///
/// Async-signal-safe.
void take_snapshot(trace::stack_snapshot& into, const fiber& interrupted,
                   const ucontext_t& context) noexcept;

}  // namespace weft::detail
