// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>

#include <algorithm>
#include <chrono>
#include <ctime>

namespace weft::interpose {

/// Whether the kernel takes it for a length of time.
[[nodiscard]] inline bool is_valid(const timespec& limit) noexcept {
    return limit.tv_sec >= 0 && limit.tv_nsec >= 0 && limit.tv_nsec < 1'000'000'000;
}

[[nodiscard]] inline bool is_zero(const timespec& limit) noexcept {
    return limit.tv_sec == 0 && limit.tv_nsec == 0;
}

/// The end of a wait that begins now. Null: never.
[[nodiscard]] inline clock::time_point deadline_of(const timespec* limit) {
    if (limit == nullptr) {
        return never;
    }
    constexpr auto longest = std::chrono::seconds(std::chrono::hours(24 * 365 * 100));
    return deadline_after(std::min(std::chrono::seconds(limit->tv_sec), longest) +
                          std::chrono::nanoseconds(limit->tv_nsec));
}

/// The same for milliseconds of poll() and epoll_wait(). Negative: never.
[[nodiscard]] inline clock::time_point deadline_of(int milliseconds) {
    return milliseconds < 0 ? never : deadline_after(std::chrono::milliseconds(milliseconds));
}

/// What is left of the time, 0 if it is over.
[[nodiscard]] inline timespec left_until(clock::time_point deadline) noexcept {
    const auto left = std::max(deadline - clock::now(), clock::duration::zero());
    const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
    return {seconds.count(), (left - seconds).count()};
}

}  // namespace weft::interpose
