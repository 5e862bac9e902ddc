// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <pthread.h>
#include <csignal>

namespace weft::detail {

/// While one lives, SIGURG makes the thread of a loop note where it is: for the debug mode, for the
/// watch over stalls, and for tools.
///
/// SIGURG is ignored by default, so that one that arrives late does no harm. If the program handles
/// it itself, it is left alone, and nothing is noted.
/// Threads:  any.
class loop_signal {
public:
    static constexpr int number = SIGURG;

    loop_signal() noexcept;
    loop_signal(const loop_signal&) = delete;
    loop_signal& operator=(const loop_signal&) = delete;
    ~loop_signal();

    /// Whether the signal comes here.
    [[nodiscard]] static bool ours() noexcept;

    /// To the thread of a loop.
    static void send(pthread_t thread) noexcept;
};

}  // namespace weft::detail
