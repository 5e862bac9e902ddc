// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>

#include <poll.h>

#include <span>

namespace weft::interpose {

/// Suspends the fiber until one of `asked` may be ready for what it asks, or the deadline. False:
/// the deadline came first. The caller looks with poll() before and after.
///
/// One descriptor and direction is the reactor's own business. For several an epoll instance is
/// made, for which the fiber waits: it takes everything that poll() does, and nothing of it
/// remains, however the wait ends.
/// Cancellation: throws cancelled. \throws std::system_error  if that instance cannot be had.
/// \throws interrupted_by_handler
[[nodiscard]] bool wait_for_any(std::span<const pollfd> asked, clock::time_point deadline);

}  // namespace weft::interpose
