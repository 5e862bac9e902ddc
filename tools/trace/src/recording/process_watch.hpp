// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "recording/unique_descriptor.hpp"

namespace weft::trace_tool {

/// Knows whether a process has ended.
class process_watch {
public:
    /// \param process  0: one that has ended already.
    explicit process_watch(pid_t process)
        : pidfd_(process > 0 ? static_cast<int>(::syscall(SYS_pidfd_open, process, 0)) : -1) {}

    [[nodiscard]] bool ended() const {
        pollfd polled{pidfd_.get(), POLLIN, 0};
        return !pidfd_ || ::poll(&polled, 1, 0) > 0;
    }

private:
    unique_descriptor pidfd_;
};

}  // namespace weft::trace_tool
