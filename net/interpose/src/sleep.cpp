// SPDX-License-Identifier: BSL-1.0

// sleep, usleep, nanosleep, clock_nanosleep, thrd_sleep.

#include "fiber_call.hpp"
#include "held_locks.hpp"
#include "real.hpp"
#include "signal_waits.hpp"
#include "time_limit.hpp"

namespace weft::interpose {

namespace {

/// 0, or the errno of what ended the sleep; errno itself is left alone.
int sleep_until(clock::time_point deadline) {
    const int before = errno;
    const int result = fiber_call<int>(-1, [&] {
        note_call_begins();
        note_wait();
        interruptible(after_handler::ends, [&] { this_fiber::sleep_until(deadline); });
        return 0;
    });
    const int error = result == 0 ? 0 : errno;
    errno = before;
    return error;
}

/// The same for `wanted` from now; where it ends early, `*left` gets the rest.
int sleep_for(const timespec& wanted, timespec* left) {
    const auto deadline = deadline_of(&wanted);
    const int error = sleep_until(deadline);
    if (error != 0 && left != nullptr) {
        *left = left_until(deadline);
    }
    return error;
}

int failed_with(int error) noexcept {
    if (error != 0) {
        errno = error;
    }
    return error == 0 ? 0 : -1;
}

/// Whether the fibers' clock goes as fast as this one.
bool is_wall_or_steady(clockid_t which) noexcept {
    return which == CLOCK_REALTIME || which == CLOCK_MONOTONIC || which == CLOCK_BOOTTIME ||
           which == CLOCK_TAI;
}

/// How long it is until `which` shows `reached`.
timespec until_shown(clockid_t which, const timespec& reached) noexcept {
    timespec now{};
    ::clock_gettime(which, &now);
    const timespec span{reached.tv_sec - now.tv_sec - (reached.tv_nsec < now.tv_nsec ? 1 : 0),
                        (reached.tv_nsec - now.tv_nsec + 1'000'000'000) % 1'000'000'000};
    return span.tv_sec < 0 ? timespec{} : span;
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

unsigned sleep(unsigned seconds) {
    if (!on_fiber()) {
        return real.sleep(seconds);
    }
    timespec left{};
    const int error = sleep_for({static_cast<time_t>(seconds), 0}, &left);
    failed_with(error);
    // After a handler whole seconds, as libc gives them: 0 says that less than one was left.
    const bool rounds_up = error != EINTR && left.tv_nsec > 0;
    return static_cast<unsigned>(left.tv_sec + (rounds_up ? 1 : 0));
}

int usleep(useconds_t microseconds) {
    if (!on_fiber()) {
        return real.usleep(microseconds);
    }
    const timespec wanted{microseconds / 1'000'000, microseconds % 1'000'000 * 1000L};
    return failed_with(sleep_for(wanted, nullptr));
}

int nanosleep(const timespec* wanted, timespec* left) {
    if (!on_fiber() || !is_valid(*wanted)) {
        return real.nanosleep(wanted, left);
    }
    return failed_with(sleep_for(*wanted, left));
}

int __nanosleep(const timespec* wanted, timespec* left) {
    return nanosleep(wanted, left);
}

int clock_nanosleep(clockid_t which, int flags, const timespec* wanted, timespec* left) {
    if (!on_fiber() || !is_valid(*wanted) || !is_wall_or_steady(which)) {
        return real.clock_nanosleep(which, flags, wanted, left);
    }
    if ((flags & TIMER_ABSTIME) != 0) {
        return sleep_for(until_shown(which, *wanted), nullptr);
    }
    return sleep_for(*wanted, left);
}

int thrd_sleep(const timespec* wanted, timespec* left) {
    if (!on_fiber() || !is_valid(*wanted)) {
        return real.thrd_sleep(wanted, left);
    }
    return sleep_for(*wanted, left) == 0 ? 0 : -1;
}

}  // extern "C"
