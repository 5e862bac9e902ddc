// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace weft::trace_tool {

/// Where a thread is, as far as the kernel says without stopping it.
struct thread_position {
    long system_call = -1;  ///< its number, -1: it is in none but waits in the kernel
    std::uint64_t stack_pointer = 0;
    std::uint64_t instruction = 0;
};

/// Of a thread that waits in the kernel; nothing if it runs, or may not be asked.
/// \param problem  becomes why not.
[[nodiscard]] std::optional<thread_position> position_of(pid_t process, pid_t thread,
                                                         std::string& problem);

}  // namespace weft::trace_tool
