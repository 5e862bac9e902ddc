// SPDX-License-Identifier: BSL-1.0

// What shares descriptors with another process, or sets a time limit: setsockopt, posix_spawn,
// popen. Those that have more to do say so where they are: sendmsg, system, vfork.

#include "unlimited_sockets.hpp"

#include "real_of.hpp"

#include <pthread.h>
#include <spawn.h>

namespace weft::interpose {

namespace {

[[gnu::constructor]] void forget_at_fork() {
    ::pthread_atfork([] { unlimited_sockets::forget_all(); }, nullptr, nullptr);
}

bool sets_time_limit(int level, int option) noexcept {
    return level == SOL_SOCKET && (option == SO_RCVTIMEO || option == SO_SNDTIMEO ||
                                   option == SO_RCVTIMEO_NEW || option == SO_SNDTIMEO_NEW);
}

int set_option(int fd, int level, int option, const void* value, socklen_t size) noexcept {
    if (sets_time_limit(level, option)) {
        unlimited_sockets::forget_all();
    }
    return real_of<&::setsockopt>("setsockopt")(fd, level, option, value, size);
}

int start(pid_t* pid, const char* path, const posix_spawn_file_actions_t* actions,
          const posix_spawnattr_t* attributes, char* const* arguments, char* const* environment) {
    unlimited_sockets::forget_all();
    return real_of<&::posix_spawn>("posix_spawn", "GLIBC_2.15")(pid, path, actions, attributes,
                                                                arguments, environment);
}

int start_by_name(pid_t* pid, const char* file, const posix_spawn_file_actions_t* actions,
                  const posix_spawnattr_t* attributes, char* const* arguments,
                  char* const* environment) {
    unlimited_sockets::forget_all();
    return real_of<&::posix_spawnp>("posix_spawnp", "GLIBC_2.15")(pid, file, actions, attributes,
                                                                  arguments, environment);
}

}  // namespace

bool unlimited_sockets::holds_descriptors(const msghdr& message) noexcept {
    auto* const with_parts = const_cast<msghdr*>(&message);
    for (const cmsghdr* part = CMSG_FIRSTHDR(with_parts); part != nullptr;
         part = CMSG_NXTHDR(with_parts, const_cast<cmsghdr*>(part))) {
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS) {
            return true;
        }
    }
    return false;
}

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

int setsockopt(int fd, int level, int option, const void* value, socklen_t size) noexcept {
    return set_option(fd, level, option, value, size);
}

int posix_spawn(pid_t* pid, const char* path, const posix_spawn_file_actions_t* actions,
                const posix_spawnattr_t* attributes, char* const* arguments,
                char* const* environment) {
    return start(pid, path, actions, attributes, arguments, environment);
}

int posix_spawnp(pid_t* pid, const char* file, const posix_spawn_file_actions_t* actions,
                 const posix_spawnattr_t* attributes, char* const* arguments,
                 char* const* environment) {
    return start_by_name(pid, file, actions, attributes, arguments, environment);
}

FILE* popen(const char* command, const char* type) {
    unlimited_sockets::forget_all();
    return real_of<&::popen>("popen")(command, type);
}

// weft's own calls; see internal_calls.cpp. What it starts may inherit sockets, too.

int __wrap_setsockopt(int fd, int level, int option, const void* value, socklen_t size) {
    return set_option(fd, level, option, value, size);
}

int __wrap_posix_spawn(pid_t* pid, const char* path, const posix_spawn_file_actions_t* actions,
                       const posix_spawnattr_t* attributes, char* const* arguments,
                       char* const* environment) {
    return start(pid, path, actions, attributes, arguments, environment);
}

int __wrap_posix_spawnp(pid_t* pid, const char* file, const posix_spawn_file_actions_t* actions,
                        const posix_spawnattr_t* attributes, char* const* arguments,
                        char* const* environment) {
    return start_by_name(pid, file, actions, attributes, arguments, environment);
}

// By vfork(), whose child executes a program that inherits what it does not close.
[[gnu::visibility("hidden")]] void weft_interpose_shares_descriptors() {
    unlimited_sockets::forget_all();
}

}  // extern "C"
