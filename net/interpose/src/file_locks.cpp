// SPDX-License-Identifier: BSL-1.0

// flock, lockf, fcntl with F_SETLKW and F_OFD_SETLKW: a lock that is taken is waited for on a
// thread of the pool. Locks belong to the process or to the open file, never to a thread.

#include "fiber_call.hpp"
#include "offload.hpp"
#include "real_of.hpp"

#include <sys/file.h>

#include <cstdarg>
#include <optional>

namespace weft::interpose {

namespace {

/// The command that tries what this one waits for.
std::optional<int> trying_form(int command) noexcept {
    switch (command) {
        case F_SETLKW: return F_SETLK;
        case F_OFD_SETLKW: return F_OFD_SETLK;
        default: return std::nullopt;
    }
}

bool is_taken(int result) noexcept {
    return result != 0 && (errno == EWOULDBLOCK || errno == EACCES);
}

/// `attempt` never waits; `wait` does.
template <class Attempt, class Wait>
int lock_file(Attempt attempt, Wait wait) {
    return fiber_call<int>(-1, [&] {
        checkpoint();
        const int result = attempt();
        return is_taken(result) ? offloaded(wait) : result;
    });
}

int control(int fd, int command, void* argument, const char* function) {
    const auto attempt = trying_form(command);
    if (!attempt || !on_fiber(function)) {
        return real_fcntl()(fd, command, argument);
    }
    return lock_file([&] { return real_fcntl()(fd, *attempt, argument); },
                     [&] { return real_fcntl()(fd, command, argument); });
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

int flock(int fd, int operation) noexcept {
    const auto real_flock = real_of<&::flock>("flock");
    if (!on_fiber() || (operation & (LOCK_NB | LOCK_UN)) != 0) {
        return real_flock(fd, operation);
    }
    return lock_file([&] { return real_flock(fd, operation | LOCK_NB); },
                     [&] { return real_flock(fd, operation); });
}

int lockf(int fd, int command, off_t size) {
    const auto real_lockf = real_of<&::lockf>("lockf");
    if (command != F_LOCK || !on_fiber()) {
        return real_lockf(fd, command, size);
    }
    return lock_file([&] { return real_lockf(fd, F_TLOCK, size); },
                     [&] { return real_lockf(fd, F_LOCK, size); });
}

int lockf64(int fd, int command, off64_t size) {
    return lockf(fd, command, size);
}

int fcntl(int fd, int command, ...) {
    std::va_list given;
    va_start(given, command);
    void* const argument = va_arg(given, void*);
    va_end(given);
    return control(fd, command, argument, "fcntl");
}

int fcntl64(int fd, int command, ...) {
    std::va_list given;
    va_start(given, command);
    void* const argument = va_arg(given, void*);
    va_end(given);
    return control(fd, command, argument, "fcntl64");
}

}  // extern "C"
