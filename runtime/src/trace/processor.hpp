// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// What recording needs of the processor; the one file that knows which it is.

#include <weft/trace_format.hpp>

#include <cstdint>
#include <ctime>

#if defined(__x86_64__)
#include <cpuid.h>
#include <x86intrin.h>
#endif

namespace weft::detail::processor {

inline std::uint64_t nanoseconds(clockid_t clock) noexcept {
    timespec now{};
    ::clock_gettime(clock, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(now.tv_nsec);
}

#if defined(__x86_64__)

/// Keeps stores in their order for other processes: they are so already, but for the compiler.
[[gnu::always_inline]] inline void order_stores() noexcept {
    asm volatile("" ::: "memory");
}

/// Whether the time stamp counter runs at a constant rate, also in sleep states.
/// Source: Intel SDM, volume 3, "Invariant TSC"; CPUID 80000007H, EDX bit 8.
inline bool has_invariant_ticks() noexcept {
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    return __get_cpuid(0x80000007, &a, &b, &c, &d) != 0 && (d & (1U << 8)) != 0;
}

[[gnu::always_inline]] inline std::uint64_t raw_ticks() noexcept {
    return __rdtsc();
}

/// Where fcontext_t keeps registers.
/// Source: Boost.Context 1.81, make_ and jump_x86_64_sysv_elf_gas.S.
inline constexpr trace::saved_registers saved_registers{
    .frame_pointer = 0x38, .instruction = 0x40, .stack_after = 0x48, .callee_saved = 0x10};

#else

[[gnu::always_inline]] inline void order_stores() noexcept {
    asm volatile("dmb ishst" ::: "memory");
}

inline bool has_invariant_ticks() noexcept {
    return false;
}

inline std::uint64_t raw_ticks() noexcept {
    return 0;
}

inline constexpr trace::saved_registers saved_registers{};

#endif

}  // namespace weft::detail::processor
