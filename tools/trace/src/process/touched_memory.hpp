// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>

#include "recording/unique_descriptor.hpp"

namespace weft::trace_tool {

/// Which pages of another process's stacks were ever touched, as its page table says; the process
/// does not notice.
class touched_memory {
public:
    /// \param process  0: of none; then nothing is known.
    explicit touched_memory(pid_t process);

    /// How many bytes below the end of a stack were ever needed, in whole pages: from its lowest
    /// page that has memory. Nothing if that cannot be read, or more was asked for than real
    /// programs have.
    [[nodiscard]] std::optional<std::uint64_t> depth(std::uint64_t low, std::uint64_t size);

private:
    unique_descriptor pages_;
    std::size_t allowed_ = 64 * 1024 * 1024;  // pages that are still looked at
};

}  // namespace weft::trace_tool
