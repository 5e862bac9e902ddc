// SPDX-License-Identifier: BSL-1.0
#include "http/date.hpp"

#include <time.h>

#include <array>
#include <cstdio>

namespace weft::http {

std::string format_date(std::time_t when) {
    // Not strftime(): its names depend on the locale.
    constexpr std::array<const char*, 7> days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<const char*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm parts{};
    ::gmtime_r(&when, &parts);
    std::array<char, 64> text{};
    const auto size =
        std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                      days[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                      months[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900,
                      parts.tm_hour, parts.tm_min, parts.tm_sec);
    return {text.data(), static_cast<std::size_t>(size)};
}

std::string_view current_date() {
    thread_local std::time_t shown = 0;
    thread_local std::string text;
    // The coarse clock is exact to some milliseconds and costs no more than a memory access.
    std::timespec now{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (now.tv_sec != shown || text.empty()) {
        text = format_date(now.tv_sec);
        shown = now.tv_sec;
    }
    return text;
}

}  // namespace weft::http
