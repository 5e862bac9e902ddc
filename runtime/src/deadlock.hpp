// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "fiber.hpp"
#include "trace/registry.hpp"

#include <optional>
#include <string>

namespace weft::detail {

/// What to say when nothing but the fibers themselves could wake one: a circle of fibers that wait
/// for one certain other each, or else who waits. Empty if none waits, or one waits for another
/// thread.
[[nodiscard]] std::optional<std::string> describe_deadlock(const fiber_list& alive);

}  // namespace weft::detail
