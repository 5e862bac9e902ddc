// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// What sanitizers and Valgrind must be told about the memory of stacks.
/// Source: sanitizer/asan_interface.h, valgrind.h.

#include "stack.hpp"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif
#if __has_include(<valgrind/valgrind.h>) && !defined(__SANITIZE_THREAD__)
#include <valgrind/valgrind.h>
#endif

namespace weft::detail::annotate {

/// Before a stack is used again.
inline void unpoison([[maybe_unused]] const stack& reused) noexcept {
#if defined(__SANITIZE_ADDRESS__)
    __asan_unpoison_memory_region(reused.low, reused.size);
#endif
}

/// For a stack used for the first time.
inline void register_stack([[maybe_unused]] const stack& fresh) noexcept {
#if defined(VALGRIND_STACK_REGISTER)
    static_cast<void>(VALGRIND_STACK_REGISTER(fresh.low, fresh.low + fresh.size));
#endif
}

}  // namespace weft::detail::annotate
