// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>

namespace weft {

/// Owns a file descriptor.
class unique_fd {
public:
    unique_fd() noexcept = default;
    explicit unique_fd(int owned) noexcept : fd_(owned) {}

    unique_fd(unique_fd&& other) noexcept : fd_(other.release()) {}
    unique_fd& operator=(unique_fd&& other) noexcept {
        reset(other.release());
        return *this;
    }
    ~unique_fd() { reset(); }

    /// The descriptor; -1 if there is none.
    [[nodiscard]] int get() const noexcept { return fd_; }
    [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }

    /// Gives up ownership.
    [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

    /// Closes the descriptor and takes over `owned`.
    ///
    /// Blocks:  never; fibers that wait on the descriptor are woken and fail with EBADF.
    /// Threads: on the thread of the runtime that used the descriptor, if any did.
    void reset(int owned = -1) noexcept;

private:
    int fd_ = -1;
};

}  // namespace weft
