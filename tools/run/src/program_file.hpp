// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

namespace weft::run_tool {

/// Where `program` is, sought on PATH as a shell does. Empty: nowhere.
[[nodiscard]] std::string find_program(const std::string& program);

/// Why a library preloaded into the file would have no effect; empty: it would have one. A script
/// is judged by its interpreter.
[[nodiscard]] std::string why_not_preloadable(const std::string& file);

}  // namespace weft::run_tool
