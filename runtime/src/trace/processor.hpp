// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// What recording needs of the processor; the one file that knows which it is.

#include <weft/trace_format.hpp>

#include <ucontext.h>

#include <array>
#include <cstddef>
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

/// Those of a thread that was interrupted, in the order of trace::stack_snapshot.
inline std::array<std::uint64_t, 17> registers_of(const ucontext_t& context) noexcept {
    constexpr std::array order{REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI,
                               REG_RBP, REG_RSP, REG_R8,  REG_R9,  REG_R10, REG_R11,
                               REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP};
    std::array<std::uint64_t, order.size()> found{};
    for (std::size_t i = 0; i < order.size(); ++i) {
        found[i] = static_cast<std::uint64_t>(context.uc_mcontext.gregs[order[i]]);
    }
    return found;
}

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

inline std::array<std::uint64_t, 17> registers_of(const ucontext_t&) noexcept {
    return {};
}

#endif

// Where in trace::stack_snapshot::registers.
inline constexpr std::size_t frame_pointer = 6;
inline constexpr std::size_t stack_pointer = 7;
inline constexpr std::size_t instruction_pointer = 16;

}  // namespace weft::detail::processor

namespace weft::detail {

/// What events are timed by.
///
/// Threads:  any.
class tick_clock {
public:
    explicit tick_clock(trace::tick_source chosen) noexcept
        : of_processor_(chosen == trace::tick_source::processor) {}
    [[nodiscard]] std::uint64_t now() const noexcept {
        return of_processor_ ? processor::raw_ticks() : processor::nanoseconds(CLOCK_MONOTONIC);
    }

private:
    bool of_processor_;
};

}  // namespace weft::detail
