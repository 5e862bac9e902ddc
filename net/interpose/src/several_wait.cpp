// SPDX-License-Identifier: BSL-1.0
#include "several_wait.hpp"

#include <weft/io.hpp>
#include <weft/scope.hpp>
#include <weft/this_fiber.hpp>
#include <weft/unique_fd.hpp>

#include "held_locks.hpp"
#include "signal_waits.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <vector>

namespace weft::interpose {

namespace {

constexpr short any_read = POLLIN | POLLRDNORM | POLLRDHUP;
constexpr short any_write = POLLOUT | POLLWRNORM;

/// Each descriptor once, with all that is asked of it. Negative ones are left out, as poll() does.
std::vector<pollfd> merged(std::span<const pollfd> asked) {
    std::vector<pollfd> all;
    std::copy_if(asked.begin(), asked.end(), std::back_inserter(all),
                 [](const pollfd& one) { return one.fd >= 0; });
    std::sort(all.begin(), all.end(), [](const pollfd& a, const pollfd& b) { return a.fd < b.fd; });
    auto last = all.begin();
    for (auto next = all.begin(); next != all.end(); ++next) {
        if (next->fd == last->fd) {
            last->events = static_cast<short>(last->events | next->events);
        } else {
            *++last = *next;
        }
    }
    all.erase(all.empty() ? last : last + 1, all.end());
    return all;
}

[[noreturn]] void fail(const char* call) {
    throw std::system_error(errno, std::generic_category(), call);
}

/// An epoll instance that is readable once one of `all` is ready. Empty if one is not to be
/// watched: a file of a disk, which is always ready, or a descriptor that is none any more.
unique_fd watch(std::span<const pollfd> all) {
    unique_fd set(::epoll_create1(EPOLL_CLOEXEC));
    if (set.get() < 0) {
        fail("epoll_create1");
    }
    for (const pollfd& one : all) {
        epoll_event wanted{static_cast<unsigned short>(one.events), {.fd = one.fd}};
        if (::epoll_ctl(set.get(), EPOLL_CTL_ADD, one.fd, &wanted) == 0) {
            continue;
        }
        if (errno != EPERM && errno != EBADF) {
            fail("epoll_ctl");
        }
        return {};
    }
    return set;
}

void wait_for_one(const pollfd& asked) {
    if (asked.events != 0 && (asked.events & ~any_read) == 0) {
        io::wait_readable(asked.fd);
    } else if (asked.events != 0 && (asked.events & ~any_write) == 0) {
        io::wait_writable(asked.fd);
    } else if (const unique_fd set = watch({&asked, 1}); set.get() >= 0) {
        io::wait_readable(set.get());
    }
}

void wait_for(std::span<const pollfd> all) {
    if (all.size() == 1) {
        wait_for_one(all.front());
    } else if (const unique_fd set = watch(all); set.get() >= 0) {
        io::wait_readable(set.get());
    }
}

}  // namespace

bool wait_for_any(std::span<const pollfd> asked, clock::time_point deadline) {
    const std::vector<pollfd> all = merged(asked);
    note_wait();
    return interruptible(after_handler::ends, [&] {
        if (all.empty()) {
            this_fiber::sleep_until(deadline);
            return false;
        }
        if (deadline == never) {
            wait_for(all);
            return true;
        }
        return move_on_at(deadline, [&] { wait_for(all); });
    });
}

}  // namespace weft::interpose
