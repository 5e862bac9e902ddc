// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>

#include <chrono>
#include <optional>

namespace weft {

/// What a runtime looks for while a program is being debugged; see error_kind for what it finds.
///
/// Findings go to the error handler. Off, it costs nothing; on, it reads the clock at every switch
/// of fibers, runs a thread that watches the loop's, and interrupts a slow step by SIGURG to see
/// its stack, which ends system calls that signal(7) does not restart.
struct debug_options {
    /// Whether to look; empty: if the environment variable WEFT_DEBUG is "1".
    std::optional<bool> enabled = {};
    /// A step, from one switch of fibers to the next, that takes this long or longer is reported.
    /// Above 0; below 1 ms its stack may be missed.
    clock::duration slow_step = std::chrono::milliseconds(100);
    /// How often a fiber may go on as if it were not cancelled before that is reported; 1 or more.
    int swallowed_cancellations = 3;
};

}  // namespace weft
