// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <dlfcn.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace weft::interpose {

template <class Result, class... Arguments>
using function_pointer = Result (*)(Arguments...);

[[noreturn]] inline void end_without(const char* name) noexcept {
    const auto say = [](const char* text) {
        static_cast<void>(::syscall(SYS_write, STDERR_FILENO, text, std::strlen(text)));
    };
    say("weft: this libc lacks ");
    say(name);
    say("\n");
    std::abort();
}

/// Finds the function behind this library.
///
/// \param version  of the symbol, where libc has several: dlsym(RTLD_NEXT) may give the oldest.
template <class Pointer>
void look_up(Pointer& into, const char* name, const char* version = nullptr) noexcept {
    void* found = version != nullptr ? ::dlvsym(RTLD_NEXT, name, version) : nullptr;
    if (found == nullptr) {
        found = ::dlsym(RTLD_NEXT, name);
    }
    if (found == nullptr) {
        end_without(name);
    }
    into = reinterpret_cast<Pointer>(found);
}

}  // namespace weft::interpose
