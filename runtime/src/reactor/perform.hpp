// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "reactor/operation.hpp"

namespace weft::detail {

/// Tries the call of an operation without ever blocking. Returns whether it is finished; if not,
/// the descriptor was not ready.
bool perform(operation& asked) noexcept;

/// Whether a stream operation moved less than asked for, which means that the descriptor is no
/// longer ready: the call that would fail with EAGAIN need not be made.
[[nodiscard]] bool fell_short(const operation& done) noexcept;

}  // namespace weft::detail
