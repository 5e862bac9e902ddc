// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "memory/mapped_memory.hpp"

namespace weft::trace_tool {

/// Closes a descriptor at the end of a block.
class descriptor {
public:
    explicit descriptor(int fd) noexcept : fd_(fd) {}
    descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    descriptor& operator=(descriptor&&) = delete;
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    ~descriptor();

    [[nodiscard]] int get() const noexcept { return fd_; }

private:
    int fd_;
};

/// What was found in the descriptors of a process.
struct found_memories {
    std::vector<mapped_memory> memories;  ///< of runtimes of this process that have not ended
    std::vector<std::string> refused;     ///< why others of them were not taken
    int error = 0;  ///< errno, if the descriptors of the process could not be listed
};

/// Looks for the memories of a process's runtimes. Nothing is asked of the process, and nothing in
/// it is changed.
[[nodiscard]] found_memories find_memories(
    pid_t process, mapped_memory::access access = mapped_memory::access::read);

}  // namespace weft::trace_tool
