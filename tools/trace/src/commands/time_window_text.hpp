// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

#include "analysis/playback.hpp"

namespace weft::trace_tool {

/// `1s..1500ms`; either side may be missing, and so may all: the whole.
///
/// \throws bad_usage  if it is none, or empty.
[[nodiscard]] time_window parse_window(std::string_view text);

}  // namespace weft::trace_tool
