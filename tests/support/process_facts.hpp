// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// What /proc tells about a process. Source: proc(5).

#include <sys/types.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

namespace weft::test {

/// How many descriptors the process has open.
inline std::size_t open_descriptors(pid_t process) {
    const std::filesystem::directory_iterator all("/proc/" + std::to_string(process) + "/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

inline std::size_t threads_of_this_process() {
    const std::filesystem::directory_iterator all("/proc/self/task");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// How much memory the process has in use.
inline std::size_t resident_bytes(pid_t process = ::getpid()) {
    std::ifstream in("/proc/" + std::to_string(process) + "/statm");
    std::size_t total = 0;
    std::size_t resident = 0;
    in >> total >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// How much address space this process has taken.
inline std::size_t address_space_bytes() {
    std::ifstream in("/proc/self/statm");
    std::size_t total = 0;
    in >> total;
    return total * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// How long the first thread of the process has run on a processor.
inline std::chrono::nanoseconds processor_time(pid_t process) {
    std::ifstream in("/proc/" + std::to_string(process) + "/schedstat");
    long long run = 0;
    in >> run;
    return std::chrono::nanoseconds(run);
}

/// A condition to wait for: the process used less than 5 % of a processor over half a second.
inline std::function<bool()> idle_watch(pid_t process) {
    using clock = std::chrono::steady_clock;
    return [process, began = clock::now(), before = processor_time(process)]() mutable {
        const auto now = clock::now();
        if (now - began < std::chrono::milliseconds(500)) {
            return false;
        }
        const auto used = processor_time(process) - before;
        const bool idle = used * 20 < now - began;
        began = now;
        before = processor_time(process);
        return idle;
    };
}

}  // namespace weft::test
