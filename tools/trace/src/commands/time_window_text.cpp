// SPDX-License-Identifier: BSL-1.0
#include "commands/time_window_text.hpp"

#include <string>

#include "analysis/fail_on.hpp"
#include "error.hpp"

namespace weft::trace_tool {

time_window parse_window(std::string_view text) {
    time_window made;
    if (text.empty()) {
        return made;
    }
    const auto dots = text.find("..");
    if (dots == std::string_view::npos) {
        throw bad_usage("--window: " + std::string(text) + " is no window such as 1s..1500ms");
    }
    const auto begin = text.substr(0, dots);
    const auto end = text.substr(dots + 2);
    if (!begin.empty() && begin != "0") {
        made.begin = parse_duration(begin);
    }
    if (!end.empty()) {
        made.end = parse_duration(end);
    }
    if (made.begin >= made.end) {
        throw bad_usage("--window: " + std::string(text) + " ends before it begins");
    }
    return made;
}

}  // namespace weft::trace_tool
