// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace weft::interpose {

/// How many handlers of signals this thread is in.
extern constinit thread_local unsigned handlers_entered
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

/// Whether the caller is the handler of a signal, which may have interrupted anything, also the
/// loop. What it calls goes to libc: it is no fiber that could be suspended.
[[nodiscard]] inline bool in_handler() noexcept {
    return handlers_entered != 0;
}

/// For a lifetime, the calling thread is in a handler. One that is left by a jump ends too, see
/// long_jumps.cpp.
class entered_handler {
public:
    entered_handler() noexcept { ++handlers_entered; }
    entered_handler(const entered_handler&) = delete;
    entered_handler& operator=(const entered_handler&) = delete;
    ~entered_handler() { --handlers_entered; }
};

}  // namespace weft::interpose
