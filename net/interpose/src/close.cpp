// SPDX-License-Identifier: BSL-1.0

// close, dup2, dup3: what makes a number stand for another file. The reactor must know before.

#include "fiber_call.hpp"
#include "real.hpp"
#include "socket_hint.hpp"
#include "unlimited_sockets.hpp"

#include <weft/io.hpp>

namespace weft::interpose {

namespace {

void forget_hints(int fd) noexcept {
    socket_hint::forget(fd);
    unlimited_sockets::forget(fd);
}

/// Before dup2() replaces `target`, unless it does nothing.
void replace(int source, int target, const char* function = __builtin_FUNCTION()) noexcept {
    const int before = errno;
    forget_hints(target);
    if (on_fiber(function) && source != target && ::fcntl(source, F_GETFD) >= 0) {
        io::forget(target);
    }
    errno = before;
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

int close(int fd) {
    forget_hints(fd);
    if (on_fiber()) {
        weft::io::forget(fd);
    }
    return real.close(fd);
}

int __close(int fd) {
    return close(fd);
}

int dup2(int source, int target) noexcept {
    replace(source, target);
    return real.dup2(source, target);
}

int dup3(int source, int target, int flags) noexcept {
    replace(source, target);
    return real.dup3(source, target, flags);
}

}  // extern "C"
