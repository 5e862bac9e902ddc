// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "recording/unique_descriptor.hpp"

namespace weft::trace_tool {

/// Knows whether and how a process has ended that is no child of this one.
class process_watch {
public:
    /// \param process  0: one that has ended already.
    explicit process_watch(pid_t process);

    [[nodiscard]] bool ended() const;

    /// As waitpid(2) gives it, once it has ended.
    ///
    /// Not known (nothing) where its parent has taken it and the kernel is older than Linux 6.15.
    [[nodiscard]] std::optional<int> status() const;

private:
    unique_descriptor pidfd_;
    pid_t process_;
    std::uint64_t started_;  // so that no later process with its number is taken for it
};

}  // namespace weft::trace_tool
