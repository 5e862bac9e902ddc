// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

#include "analysis/interval.hpp"
#include "analysis/summary.hpp"

namespace weft::trace_tool {

/// What a viewer writes on the slice.
[[nodiscard]] std::string slice_name(const interval& of, const summary& in);

}  // namespace weft::trace_tool
