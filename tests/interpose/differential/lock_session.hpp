// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// What the cases of locks share. A lock outlives the body of its case, which may end before what
/// runs meanwhile does: hence shared pointers.

#include "interpose/differential/case.hpp"

#include <pthread.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>

namespace weft::test {

/// Lets one through for each open(), whichever comes first.
class gate {
public:
    void open() { static_cast<void>(::write(ends_.write.get(), "o", 1)); }
    void pass() {
        char byte = 0;
        while (::read(ends_.read.get(), &byte, 1) < 0 && errno == EINTR) {
        }
    }

private:
    channel_ends ends_ = channel_kinds()[0].make();
};

/// Notes the result of a function that returns its error, and that errno is as it was.
template <class Call>
void note_error(session& with, std::string_view what, Call call) {
    constexpr int untouched = 7777;
    errno = untouched;
    const int error = call();
    const bool kept = errno == untouched;
    const char* const name = ::strerrorname_np(error);
    with.note_text(what, std::string(name != nullptr ? name : "?") + " " + std::to_string(error) +
                             (kept ? "" : ", errno changed"));
}

/// Limits in the form of POSIX.
[[nodiscard]] inline timespec from_now(clockid_t source, long milliseconds) {
    timespec when{};
    ::clock_gettime(source, &when);
    when.tv_sec += milliseconds / 1000;
    when.tv_nsec += milliseconds % 1000 * 1'000'000;
    if (when.tv_nsec >= 1'000'000'000) {
        ++when.tv_sec;
        when.tv_nsec -= 1'000'000'000;
    }
    return when;
}

/// Far away on every clock, but no overflow in libc.
inline constexpr timespec far_away{std::numeric_limits<std::int32_t>::max(), 0};

/// Ends far beyond what a clock can count.
inline constexpr timespec beyond_all{std::numeric_limits<time_t>::max(), 999'999'999};

inline constexpr timespec long_ago{1, 0};
inline constexpr timespec before_time{-1, 0};
inline constexpr timespec too_many_nanoseconds{0, 1'000'000'000};
inline constexpr timespec negative_nanoseconds{0, -1};

/// A clock that no lock knows.
inline constexpr clockid_t wrong_clock = CLOCK_PROCESS_CPUTIME_ID;

[[nodiscard]] std::vector<differential_case> mutex_cases();
[[nodiscard]] std::vector<differential_case> rwlock_cases();
[[nodiscard]] std::vector<differential_case> condition_cases();
[[nodiscard]] std::vector<differential_case> semaphore_cases();
[[nodiscard]] std::vector<differential_case> once_cases();
[[nodiscard]] std::vector<differential_case> stream_cases();
[[nodiscard]] std::vector<differential_case> stream_reading_cases();

}  // namespace weft::test
