// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <map>
#include <string>

namespace weft::testing::detail {

/// The open descriptors of this process, and what each refers to.
/// Source: proc(5), /proc/PID/fd.
[[nodiscard]] std::map<int, std::string> open_descriptors();

/// Those of `now` that were not open `before`, or as something else; one line for each.
[[nodiscard]] std::string opened_since(const std::map<int, std::string>& before,
                                       const std::map<int, std::string>& now);

}  // namespace weft::testing::detail
