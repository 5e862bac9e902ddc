// SPDX-License-Identifier: BSL-1.0
#include "descriptor_wait.hpp"

#include <weft/io.hpp>
#include <weft/scope.hpp>

#include "held_locks.hpp"
#include "real.hpp"
#include "signal_waits.hpp"
#include "unlimited_sockets.hpp"

#include <sys/time.h>

#include <chrono>

namespace weft::interpose {

namespace {

clock::time_point deadline_of(int fd, direction wanted) noexcept {
    if (unlimited_sockets::has(fd, wanted)) {
        return never;
    }
    const std::uint64_t epoch = unlimited_sockets::epoch();
    const int option = wanted == direction::reading ? SO_RCVTIMEO : SO_SNDTIMEO;
    timeval limit{};
    socklen_t size = sizeof limit;
    if (::getsockopt(fd, SOL_SOCKET, option, &limit, &size) != 0) {
        return never;
    }
    if (limit.tv_sec == 0 && limit.tv_usec == 0) {
        unlimited_sockets::note_unlimited(fd, wanted, epoch);
        return never;
    }
    return deadline_after(std::chrono::seconds(limit.tv_sec) +
                          std::chrono::microseconds(limit.tv_usec));
}

bool is_ready(int fd, direction wanted) noexcept {
    pollfd asked{fd, wanted == direction::reading ? short{POLLIN} : short{POLLOUT}, 0};
    return real.poll(&asked, 1, 0) != 0;
}

}  // namespace

descriptor_wait::descriptor_wait(int fd, direction wanted) noexcept
    : fd_(fd), wanted_(wanted), blocking_((::fcntl(fd, F_GETFL) & O_NONBLOCK) == 0) {
    if (blocking_) {
        deadline_ = deadline_of(fd, wanted);
    }
}

bool descriptor_wait::until_ready(bool moved_some) {
    if (waited_ && is_ready(fd_, wanted_)) {
        ++at_once_;
        return true;
    }
    waited_ = true;
    at_once_ = 0;
    note_wait();
    const auto then = moved_some ? after_handler::ends : when_interrupted();
    if (deadline_ == never) {
        wait_until_ready(then);
        return true;
    }
    return wait_until_deadline(then);
}

// Both out of line, as what is on the stack of a fiber that waits counts thousands of times.

[[gnu::noinline]] void descriptor_wait::wait_until_ready(after_handler then) const {
    interruptible_here(then, [this] { wait(); });
}

[[gnu::noinline]] bool descriptor_wait::wait_until_deadline(after_handler then) const {
    return interruptible_here(then, [this] { return move_on_at(deadline_, [this] { wait(); }); });
}

void descriptor_wait::wait() const {
    wanted_ == direction::reading ? io::wait_readable(fd_) : io::wait_writable(fd_);
}

int descriptor_wait::arrived_error() const noexcept {
    int error = 0;
    socklen_t size = sizeof error;
    const bool is_socket = wanted_ == direction::writing &&
                           ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) == 0;
    return is_socket ? error : 0;
}

}  // namespace weft::interpose
