// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// What the cases of calls share during which handlers of signals run.

#include "interpose/differential/signal_cases.hpp"

#include <semaphore.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <functional>
#include <string>

namespace weft::test {

/// What a call works on, and what ends its wait.
struct scene {
    channel_ends ends;
    sem_t semaphore{};
    pid_t child = -1;
    std::function<void()> finish = [] {};
};

struct waiting_call {
    const char* name;
    const char* about;  // what is special; may be empty
    void (*prepare)(scene&);
    void (*call)(session&, scene&);
};

inline void empty_pipe(scene& at) {
    at.ends = channel_kinds()[0].make();
    at.finish = [&at] { static_cast<void>(::write(at.ends.write.get(), "x", 1)); };
}

inline void no_preparation(scene&) {}

inline constexpr timeval minute{60, 0};

/// Of a minute, a part of which has passed. The kernel may add what its timer may be late.
inline void note_rest(session& with, long seconds) {
    with.note_text("rest", seconds > 30 && seconds <= 60 ? "most" : std::to_string(seconds));
}

/// The present mask and one signal more.
inline sigset_t mask_with_one_more() {
    sigset_t mask;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    ::sigaddset(&mask, SIGUSR2);
    return mask;
}

/// poll() and its kin.
[[nodiscard]] std::vector<waiting_call> interrupted_polling();

/// Calls that move bytes, and accept().
[[nodiscard]] std::vector<waiting_call> interrupted_transfers();

}  // namespace weft::test
