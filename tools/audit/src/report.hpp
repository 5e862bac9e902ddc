// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "judge.hpp"

namespace weft::audit {

/// Of all that --json prints. Members may be added within a version.
inline constexpr int json_version = 1;

/// Prints a report for people.
void print_text(std::ostream& out, const std::vector<judged_module>& modules);

/// Prints {"formatVersion":1,"modules":[...],"counts":{...}}.
void print_json(std::ostream& out, const std::vector<judged_module>& modules);

/// Replaces bytes that would control a terminal by question marks.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace weft::audit
