// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/context/detail/fcontext.hpp>

namespace weft::detail {

/// Boost.Context's jump, entered without a call.
///
/// jump_fcontext leaves by an indirect jump, not by a return. Entered by a call it therefore
/// leaves one entry too many in the processor's return stack, and every return after it is
/// mispredicted, some 20 cycles each: a quarter of the cost of a yield. Entered by a jump, with
/// the return address pushed by hand, calls and returns stay in pairs.
/// The push would overwrite the compiler's red zone, so files that use this are compiled with
/// -mno-red-zone. Everything that a call may destroy is destroyed: other fibers run in between.
/// Source: System V ABI, AMD64 supplement, 3.2.1 and 3.2.2; Boost.Context's
/// jump_x86_64_sysv_elf_gas.S. With a shadow stack (CET) calls must not be imitated.
[[gnu::always_inline]] inline boost::context::detail::transfer_t jump_to(
    boost::context::detail::fcontext_t to, void* data) noexcept {
#if defined(__x86_64__) && !(defined(__CET__) && (__CET__ & 2) != 0)
    boost::context::detail::transfer_t from{};
    asm volatile(
        "leaq 1f(%%rip), %%rax\n\t"
        "pushq %%rax\n\t"
        "jmp jump_fcontext@PLT\n"
        "1:"
        : "=a"(from.fctx), "=d"(from.data), "+D"(to), "+S"(data)
        :
        : "rcx", "r8", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6",
          "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "cc",
          "memory");
    return from;
#else
    return boost::context::detail::jump_fcontext(to, data);
#endif
}

}  // namespace weft::detail
