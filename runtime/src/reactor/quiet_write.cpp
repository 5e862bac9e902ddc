// SPDX-License-Identifier: BSL-1.0
#include "reactor/quiet_write.hpp"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>

namespace weft::detail {

// The signal goes to the writing thread: blocked there, it waits and can be taken away. If it was
// blocked before, it may be somebody else's that waits, and does no harm.
ssize_t write_quietly(int fd, const std::byte* bytes, std::size_t size) noexcept {
    sigset_t broken_pipe;
    sigset_t before;
    ::sigemptyset(&broken_pipe);
    ::sigaddset(&broken_pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &broken_pipe, &before);
    const ssize_t result = ::write(fd, bytes, size);
    const int error = errno;
    if (::sigismember(&before, SIGPIPE) == 0) {
        if (result < 0 && error == EPIPE) {
            const timespec at_once{};
            ::sigtimedwait(&broken_pipe, nullptr, &at_once);
        }
        ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }
    errno = error;
    return result;
}

}  // namespace weft::detail
