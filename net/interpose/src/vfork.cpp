// SPDX-License-Identifier: BSL-1.0
#include "vfork.hpp"

#include <unistd.h>

constinit thread_local unsigned char weft_interpose_vforked = 0;

// The child runs on its parent's stack and returns first, so the return address must wait in a
// register, and this cannot be written in C++. Which of the two goes on is noted in the memory that
// they share; the parent stands still meanwhile. Before, sockets are noted as shared.
// Source: vfork(2); the system call preserves all registers but rax, rcx and r11.
#if defined(__x86_64__)
asm(R"(
    .text
    .globl vfork
    .type vfork, @function
    .globl __vfork
    .type __vfork, @function
vfork:
__vfork:
    .cfi_startproc
    subq $8, %rsp
    .cfi_adjust_cfa_offset 8
    call weft_interpose_shares_descriptors
    addq $8, %rsp
    .cfi_adjust_cfa_offset -8
    movq weft_interpose_vforked@gottpoff(%rip), %rdx
    popq %rdi
    .cfi_adjust_cfa_offset -8
    .cfi_register %rip, %rdi
    movl $58, %eax
    syscall
    pushq %rdi
    .cfi_adjust_cfa_offset 8
    .cfi_offset %rip, -8
    testl %eax, %eax
    sete %fs:(%rdx)
    js 1f
    ret
1:  negl %eax
    pushq %rax
    .cfi_adjust_cfa_offset 8
    call __errno_location@PLT
    popq %rcx
    .cfi_adjust_cfa_offset -8
    movl %ecx, (%rax)
    movl $-1, %eax
    ret
    .cfi_endproc
    .size vfork, .-vfork
    .size __vfork, .-__vfork
)");
#else
extern "C" pid_t vfork() noexcept {
    return fork();
}
extern "C" pid_t __vfork() noexcept {
    return fork();
}
#endif
