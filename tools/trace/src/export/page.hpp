// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

namespace weft::trace_tool {

/// What stands before and behind the packed data of a page, in this order. Texts of the recording
/// get into the page as text only, never as markup.
extern const std::string_view page_head;  ///< styles, and where everything will be
extern const std::string_view page_basics_script;
extern const std::string_view page_timeline_script;
extern const std::string_view page_flame_script;  ///< and the end of the page

}  // namespace weft::trace_tool
