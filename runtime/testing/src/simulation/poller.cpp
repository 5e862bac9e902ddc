// SPDX-License-Identifier: BSL-1.0
#include "simulation/poller.hpp"

#include <sys/epoll.h>

#include <algorithm>

namespace weft::testing::detail {

std::uint32_t poller::state_of(int fd, std::uint32_t wanted) const noexcept {
    const auto* watched = net.find(fd);
    if (watched == nullptr) {
        return 0;
    }
    return wanted & ((watched->readable() ? EPOLLIN : 0U) | (watched->writable() ? EPOLLOUT : 0U));
}

bool poller::readable() const noexcept {
    return std::ranges::any_of(
        watched_, [&](const auto& each) { return state_of(each.first, each.second) != 0; });
}

int poller::control(int action, int fd, epoll_event* wanted) {
    auto* watched = net.find(fd);
    if (watched == nullptr) {
        return -EBADF;
    }
    const bool known = watched_.contains(fd);
    if ((action == EPOLL_CTL_ADD) == known) {
        return known ? -EEXIST : -ENOENT;
    }
    if (action == EPOLL_CTL_DEL) {
        watched_.erase(fd);
        watched->watcher.reset();
        return 0;
    }
    watched_[fd] = wanted->events;
    watched->watcher = std::static_pointer_cast<poller>(shared_from_this());
    changed();
    return 0;
}

int poller::take(epoll_event* ready, int room) const noexcept {
    int count = 0;
    for (const auto& [fd, wanted] : watched_) {
        const auto state = state_of(fd, wanted);
        if (state != 0 && count < room) {
            ready[count] = {};
            ready[count].events = state;
            ready[count++].data.fd = fd;
        }
    }
    return count;
}

}  // namespace weft::testing::detail
