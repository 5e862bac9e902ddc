// SPDX-License-Identifier: BSL-1.0

// The runtime makes its descriptors by functions that the link turns into those below; see
// internal_calls.cpp.

#include "own_descriptors.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <mutex>

extern "C" {
int __real_epoll_create1(int flags);
int __real_eventfd(unsigned value, int flags);
}

namespace weft::interpose::own_descriptors {

namespace {

struct noted_descriptors {
    std::mutex guard;
    std::vector<unsigned> open;
};

/// Never destroyed: runtimes end after static objects, too.
noted_descriptors& noted() {
    static auto& made = *new noted_descriptors;
    return made;
}

int note(int fd) {
    if (fd >= 0) {
        noted_descriptors& all = noted();
        const std::lock_guard held(all.guard);
        all.open.push_back(static_cast<unsigned>(fd));
    }
    return fd;
}

}  // namespace

std::vector<unsigned> within(unsigned first, unsigned last) {
    noted_descriptors& all = noted();
    std::vector<unsigned> found;
    {
        const std::lock_guard held(all.guard);
        std::ranges::copy_if(all.open, std::back_inserter(found),
                             [=](unsigned fd) { return fd >= first && fd <= last; });
    }
    std::ranges::sort(found);
    return found;
}

void forget(int fd) noexcept {
    noted_descriptors& all = noted();
    const std::lock_guard held(all.guard);
    std::erase(all.open, static_cast<unsigned>(fd));
}

extern "C" {

int __wrap_epoll_create1(int flags) {
    return note(__real_epoll_create1(flags));
}

int __wrap_eventfd(unsigned value, int flags) {
    return note(__real_eventfd(value, flags));
}

}  // extern "C"

}  // namespace weft::interpose::own_descriptors
