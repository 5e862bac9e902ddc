// SPDX-License-Identifier: BSL-1.0
#include "engine/wait_return.hpp"

#include "scheduler_inline.hpp"

namespace weft::detail {

namespace {

/// Where the wait that gave way last returns to.
constinit thread_local const void* last_return __attribute__((tls_model("initial-exec"))) = nullptr;

}  // namespace

// Not in the namespace without a name: debuggers and weft-trace then say where it belongs.
[[gnu::always_inline]] inline bool wait_here(wait_queue& queue, waiter& self, wait_reason reason,
                                             const void* object, const void* returns_to) {
    last_return = returns_to;
    wait_in(queue, *current_fiber, self, reason, object);
    return last_return != returns_to;
}

}  // namespace weft::detail

bool weft_wait_as_here(weft::detail::wait_queue& queue, weft::detail::waiter& self,
                       weft::detail::wait_reason reason, const void* object,
                       const void* returns_to) {
    return weft::detail::wait_here(queue, self, reason, object, returns_to);
}

bool weft_wait_here(weft::detail::wait_queue& queue, weft::detail::wait_reason reason,
                    const void* object, const void* returns_to) {
    weft::detail::waiter self;
    return weft::detail::wait_here(queue, self, reason, object, returns_to);
}

#if defined(__x86_64__) && !(defined(__CET__) && (__CET__ & 2) != 0)

// The return address goes along as one more argument, in the register `last`.
#define WEFT_WAIT_ENTRY(name, last)          \
    asm(".text\n"                            \
        ".p2align 4\n"                       \
        ".globl " #name                      \
        "\n"                                 \
        ".type " #name ", @function\n" #name \
        ":\n"                                \
        ".cfi_startproc\n\t"                 \
        "pushq %rbp\n\t"                     \
        ".cfi_def_cfa_offset 16\n\t"         \
        ".cfi_offset %rbp, -16\n\t"          \
        "movq %rsp, %rbp\n\t"                \
        ".cfi_def_cfa_register %rbp\n\t"     \
        "movq 8(%rbp), " last                \
        "\n\t"                               \
        "call " #name                        \
        "_here\n\t"                          \
        "popq %rbp\n\t"                      \
        ".cfi_restore %rbp\n\t"              \
        ".cfi_def_cfa %rsp, 8\n\t"           \
        "testb %al, %al\n\t"                 \
        "jnz 1f\n\t"                         \
        "ret\n"                              \
        "1:\n\t"                             \
        "popq %rcx\n\t"                      \
        ".cfi_def_cfa_offset 0\n\t"          \
        ".cfi_register %rip, %rcx\n\t"       \
        "jmp *%rcx\n\t"                      \
        ".cfi_endproc\n"                     \
        ".size " #name ", . - " #name "\n")

WEFT_WAIT_ENTRY(weft_wait, "%rcx");
WEFT_WAIT_ENTRY(weft_wait_as, "%r8");

#else

void weft_wait(weft::detail::wait_queue& queue, weft::detail::wait_reason reason,
               const void* object) {
    weft_wait_here(queue, reason, object, nullptr);
}

void weft_wait_as(weft::detail::wait_queue& queue, weft::detail::waiter& self,
                  weft::detail::wait_reason reason, const void* object) {
    weft_wait_as_here(queue, self, reason, object, nullptr);
}

#endif
