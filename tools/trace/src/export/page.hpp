// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

namespace weft::trace_tool {

/// The page that shows a recording: what stands before its data, and what after them. It loads
/// nothing, and forbids itself to.
extern const std::string_view page_before_data;
extern const std::string_view page_after_data;

}  // namespace weft::trace_tool
