// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace weft::detail {

/// Writes what was violated and where to stderr and aborts. For bugs, not for bad input.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace weft::detail

/// Checked in every build: the condition is cheap and its violation would corrupt the runtime.
#define WEFT_ASSERT(condition)    \
    (static_cast<bool>(condition) \
         ? static_cast<void>(0)   \
         : ::weft::detail::assertion_failed(#condition, __FILE__, __LINE__))

/// The same where even the cheap check would show: not in release builds.
#if defined(NDEBUG)
#define WEFT_DEBUG_ASSERT(condition) static_cast<void>(0)
#else
#define WEFT_DEBUG_ASSERT(condition) WEFT_ASSERT(condition)
#endif
