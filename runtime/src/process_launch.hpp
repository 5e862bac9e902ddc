// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/process.hpp>
#include <weft/unique_fd.hpp>

#include <sys/types.h>

#include <array>
#include <string>
#include <vector>

namespace weft::detail {

/// Everything that a new process needs, checked and copied.
struct launch_plan {
    /// \throws usage_error  for what no process can be started with; io_error  without
    ///         descriptors or for a descriptor that is not open.
    launch_plan(std::vector<std::string> chosen_command, const process_options& options);

    std::vector<std::string> command;
    std::vector<std::string> environment;  // NAME=value
    std::string directory;                 // empty: that of this process
    std::array<redirect, 3> streams;
    std::array<unique_fd, 3> given;  // duplicates of the descriptors to redirect to
    std::vector<int> keep;           // ascending
    bool new_session;
};

/// A process that has just begun.
struct launched_process {
    pid_t pid = -1;
    unique_fd pidfd;
    std::array<unique_fd, 3> pipes;  // our ends
};

/// Starts a process. What it has opened is closed again if that fails, and the process killed.
///
/// Blocks: the thread, until the program was loaded.
/// \throws io_error  naming what failed.
launched_process launch(const launch_plan& plan);

}  // namespace weft::detail
