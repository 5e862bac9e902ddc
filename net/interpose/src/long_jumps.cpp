// SPDX-License-Identifier: BSL-1.0

// longjmp and its kin, which may leave the handler of a signal: then the thread is in none. A jump
// within a handler ends it here too early; such a handler calls what a fiber calls from there on.

#include "in_handler.hpp"
#include "look_up.hpp"

#include <setjmp.h>

extern "C" [[noreturn]] void __longjmp_chk(__jmp_buf_tag* where, int value) noexcept;

namespace weft::interpose {

constinit thread_local unsigned handlers_entered = 0;

namespace {

using jump = void (*)(__jmp_buf_tag*, int);

// Resolved before the program's constructors, since handlers use them.
constinit jump real_longjmp = nullptr;
constinit jump real_checked = nullptr;

[[gnu::constructor(101)]] void look_up_jumps() {
    look_up(real_longjmp, "longjmp");
    look_up(real_checked, "__longjmp_chk");
}

[[noreturn]] void leave(const jump& real, __jmp_buf_tag* where, int value) noexcept {
    handlers_entered = 0;
    if (real == nullptr) {
        look_up_jumps();
    }
    real(where, value);
    __builtin_unreachable();
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

void longjmp(__jmp_buf_tag* where, int value) noexcept {
    leave(real_longjmp, where, value);
}

void _longjmp(__jmp_buf_tag* where, int value) noexcept {
    leave(real_longjmp, where, value);
}

void siglongjmp(__jmp_buf_tag* where, int value) noexcept {
    leave(real_longjmp, where, value);
}

void __longjmp_chk(__jmp_buf_tag* where, int value) noexcept {
    leave(real_checked, where, value);
}

// What weft's own code calls; see internal_calls.cpp. It jumps where a thread ends.

[[noreturn]] void __wrap_longjmp(__jmp_buf_tag* where, int value) noexcept {
    leave(real_longjmp, where, value);
}

}  // extern "C"
