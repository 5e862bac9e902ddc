// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

namespace weft::test {

/// A child of the test that runs a function and ends with it, or with this object.
class forked {
public:
    explicit forked(const std::function<void()>& function) : pid_(::fork()) {
        if (pid_ == 0) {
            function();
            ::_exit(0);
        }
    }
    forked(const forked&) = delete;
    forked& operator=(const forked&) = delete;
    ~forked() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
    }

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }

    /// Waits for its end; returns its exit code, -1 if a signal ended it.
    [[nodiscard]] int exit_code() const {
        int status = 0;
        ::waitpid(pid_, &status, 0);
        pid_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

private:
    mutable pid_t pid_;
};

}  // namespace weft::test
