// SPDX-License-Identifier: BSL-1.0
#include "recording/process_watch.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "process/process_files.hpp"

namespace weft::trace_tool {

namespace {

/// What PIDFD_GET_INFO fills in, as far as it is of use here; older headers lack it.
struct pidfd_info {
    std::uint64_t mask;
    std::uint64_t cgroup;
    std::uint32_t ids[11];
    std::int32_t exit_code;
};
static_assert(sizeof(pidfd_info) == 64);  // the size with which it came
constexpr std::uint64_t exit_code_wanted = 1 << 3;
constexpr unsigned long get_info = _IOWR(0xFF, 11, pidfd_info);

/// Of a process that its parent has taken.
std::optional<int> status_by_descriptor(int pidfd) {
    pidfd_info info{};
    info.mask = exit_code_wanted;
    if (::ioctl(pidfd, get_info, &info) != 0 || (info.mask & exit_code_wanted) == 0) {
        return std::nullopt;
    }
    return info.exit_code;
}

}  // namespace

process_watch::process_watch(pid_t process)
    : pidfd_(process > 0 ? static_cast<int>(::syscall(SYS_pidfd_open, process, 0)) : -1),
      process_(process),
      started_(start_time(process)) {}

bool process_watch::ended() const {
    pollfd polled{pidfd_.get(), POLLIN, 0};
    return !pidfd_ || ::poll(&polled, 1, 0) > 0;
}

std::optional<int> process_watch::status() const {
    if (!pidfd_ || !ended()) {
        return std::nullopt;
    }
    const auto waiting = exit_status(process_);
    if (waiting && start_time(process_) == started_) {
        return waiting;
    }
    return status_by_descriptor(pidfd_.get());
}

}  // namespace weft::trace_tool
