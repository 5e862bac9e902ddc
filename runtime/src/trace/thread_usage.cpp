// SPDX-License-Identifier: BSL-1.0
#include "trace/thread_usage.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace weft::detail {

namespace {

/// The beginning of a file of the thread below /proc; empty if it cannot be read.
std::array<char, 512> read_file(pid_t thread, const char* name) noexcept {
    std::array<char, 512> text{};
    std::array<char, 64> path{};
    std::snprintf(path.data(), path.size(), "/proc/self/task/%d/%s", thread, name);
    const int fd = ::open(path.data(), O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        const auto size = ::read(fd, text.data(), text.size() - 1);
        text[size > 0 ? static_cast<std::size_t>(size) : 0] = '\0';
        ::close(fd);
    }
    return text;
}

/// Behind `count` spaces; the end if there are fewer.
const char* skip(const char* text, int count) noexcept {
    for (; count > 0 && text != nullptr; --count) {
        text = std::strchr(text, ' ');
        text = text != nullptr ? text + 1 : nullptr;
    }
    return text != nullptr ? text : "";
}

std::uint32_t number_at(const char* text) noexcept {
    return static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10));
}

}  // namespace

// Source: proc(5); /proc/pid/schedstat is told in the kernel's sched-stats.rst.
thread_usage usage_of(pid_t thread) noexcept {
    thread_usage used;
    const auto times = read_file(thread, "schedstat");
    used.processor = std::strtoull(times.data(), nullptr, 10);
    used.waited = std::strtoull(skip(times.data(), 1), nullptr, 10);
    const auto status = read_file(thread, "stat");
    if (const char* name_end = std::strrchr(status.data(), ')')) {  // field 2, may have spaces
        used.minor_faults = number_at(skip(name_end, 10 - 2));
        used.major_faults = number_at(skip(name_end, 12 - 2));
    }
    const auto call = read_file(thread, "syscall");
    if (call[0] >= '0' && call[0] <= '9') {
        used.system_call = static_cast<std::int32_t>(std::strtol(call.data(), nullptr, 10));
    }
    used.ready = call[0] == 'r';  // "running"
    return used;
}

}  // namespace weft::detail
