// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/socket_calls.hpp>

#include "simulation/network.hpp"

namespace weft::testing::detail {

/// The system calls on sockets, answered by a simulated network.
class simulated_calls final : public io::socket_calls {
public:
    explicit simulated_calls(network& simulated) : network_(simulated) {}

    int socket(int domain, int type, int protocol) noexcept override;
    int bind(int fd, const sockaddr* local, unsigned size) noexcept override;
    int listen(int fd, int backlog) noexcept override;
    int connect(int fd, const sockaddr* peer, unsigned size) noexcept override;
    int getsockname(int fd, sockaddr* local, unsigned* size) noexcept override;
    int setsockopt(int fd, int level, int option, const void* value,
                   unsigned size) noexcept override;
    int shutdown(int fd, int how) noexcept override;
    int close(int fd) noexcept override;
    ssize_t recvfrom(int fd, void* into, std::size_t size, int flags, sockaddr* from,
                     unsigned* from_size) noexcept override;
    ssize_t sendmsg(int fd, const msghdr& message, int flags) noexcept override;
    int epoll_create() noexcept override;
    int epoll_ctl(int poller, int action, int fd, epoll_event* wanted) noexcept override;
    int epoll_take(int poller, epoll_event* ready, int room) noexcept override;
    [[nodiscard]] const char* name_server() const noexcept override { return "10.0.0.53:53"; }

private:
    template <class Call>
    auto on(int fd, Call&& call) noexcept;

    network& network_;
};

}  // namespace weft::testing::detail
