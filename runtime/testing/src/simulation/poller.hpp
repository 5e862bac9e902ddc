// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "simulation/simulated_socket.hpp"

#include <cstdint>
#include <map>

struct epoll_event;

namespace weft::testing::detail {

/// What epoll(7) is for sockets of the kernel, level-triggered.
class poller final : public simulated_socket {
public:
    using simulated_socket::simulated_socket;

    [[nodiscard]] bool readable() const noexcept override;

    /// epoll_ctl(2).
    int control(int action, int fd, epoll_event* wanted);

    /// epoll_wait(2) that does not wait.
    int take(epoll_event* ready, int room) const noexcept;

private:
    [[nodiscard]] std::uint32_t state_of(int fd, std::uint32_t wanted) const noexcept;

    std::map<int, std::uint32_t> watched_;
};

}  // namespace weft::testing::detail
