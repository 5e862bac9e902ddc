// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace weft::audit {

/// The whole tool: judges the files that the arguments after the program's name give, writes the
/// report to `out` and returns the exit code: 0 nothing blocks the loop or is unsafe, 1 something
/// does or is, 2 wrong usage or a file that cannot be judged, as one line on `err` says. Throws
/// nothing.
[[nodiscard]] int run(const std::vector<std::string>& arguments, std::ostream& out,
                      std::ostream& err) noexcept;

}  // namespace weft::audit
