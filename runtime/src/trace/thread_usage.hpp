// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace weft::detail {

/// What a thread has used so far, and the system call in which it is.
struct thread_usage {
    std::uint64_t processor = 0;  // ns
    std::uint64_t waited = 0;     // ns, ready to run but without a processor
    std::uint32_t minor_faults = 0;
    std::uint32_t major_faults = 0;
    std::int32_t system_call = -1;  // its number; -1: in none
    bool ready = false;             // it runs or could: how long it has waited is told when it runs
};

/// Of a thread of this process, as far as the kernel says; what it does not say is 0.
[[nodiscard]] thread_usage usage_of(pid_t thread) noexcept;

}  // namespace weft::detail
