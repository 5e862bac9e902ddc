// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

namespace weft::trace_tool {

/// The name as it stands in the source; unchanged if it is not a mangled one.
[[nodiscard]] std::string demangled(const char* name);

/// A demangled name without its parameters, its result and the arguments of its templates:
/// `shop::server::serve(int)::{lambda()#1}`.
[[nodiscard]] std::string shortened(std::string_view name);

/// Whether a function of this demangled name belongs to the runtime or to the standard library, and
/// not to what a program does.
[[nodiscard]] bool is_internal(std::string_view name) noexcept;

}  // namespace weft::trace_tool
