// SPDX-License-Identifier: BSL-1.0
#include "simulation/calls.hpp"

#include "simulation/datagram_socket.hpp"
#include "simulation/listener.hpp"
#include "simulation/messages.hpp"
#include "simulation/poller.hpp"
#include "simulation/tcp_socket.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <memory>

namespace weft::testing::detail {

namespace {

/// Turns a negated errno into what a system call returns.
template <class Number>
Number reported(Number result) noexcept {
    if (result < 0) {
        errno = static_cast<int>(-result);
        return -1;
    }
    return result;
}

}  // namespace

template <class Call>
auto simulated_calls::on(int fd, Call&& call) noexcept {
    auto* found = network_.find(fd);
    using result = decltype(call(*found));
    return reported(found != nullptr ? call(*found) : static_cast<result>(-EBADF));
}

int simulated_calls::socket(int domain, int type, int) noexcept {
    constexpr int kinds = 0xf;  // without SOCK_NONBLOCK and SOCK_CLOEXEC
    if (domain != AF_INET && domain != AF_INET6) {
        return reported(-EAFNOSUPPORT);
    }
    std::shared_ptr<simulated_socket> made;
    if ((type & kinds) == SOCK_STREAM) {
        made = std::make_shared<tcp_socket>(network_);
    } else {
        made = std::make_shared<datagram_socket>(network_);
    }
    return network_.add(std::move(made));
}

int simulated_calls::bind(int fd, const sockaddr* local, unsigned size) noexcept {
    return on(fd, [&](simulated_socket& bound) {
        const auto wanted = place_of(local, size);
        return wanted ? bound.bind(*wanted) : -EAFNOSUPPORT;
    });
}

int simulated_calls::listen(int fd, int backlog) noexcept {
    return on(fd, [&](simulated_socket& idle) {
        if (idle.is_datagram() || !idle.bound || idle.remote.port != 0) {
            return -EINVAL;
        }
        const place local = idle.local;
        network_.note("listens at", fd, local.port, local.text());
        network_.replace(fd, std::make_shared<listener>(network_, local, backlog));
        return 0;
    });
}

int simulated_calls::connect(int fd, const sockaddr* peer, unsigned size) noexcept {
    return on(fd, [&](simulated_socket& idle) {
        const auto wanted = place_of(peer, size);
        return wanted ? idle.connect(*wanted) : -EAFNOSUPPORT;
    });
}

int simulated_calls::getsockname(int fd, sockaddr* local, unsigned* size) noexcept {
    return on(fd, [&](const simulated_socket& asked) {
        deliver(asked.local, local, size);
        return 0;
    });
}

/// Of all options, only that which makes close() a reset means something here.
int simulated_calls::setsockopt(int fd, int level, int option, const void* value,
                                unsigned size) noexcept {
    return on(fd, [&](simulated_socket& changed) {
        if (level == SOL_SOCKET && option == SO_LINGER && size >= sizeof(linger)) {
            const auto& wanted = *static_cast<const linger*>(value);
            changed.close_resets = wanted.l_onoff != 0 && wanted.l_linger == 0;
        }
        return 0;
    });
}

int simulated_calls::shutdown(int fd, int how) noexcept {
    return on(fd, [&](simulated_socket& ended) {
        return how == SHUT_RD ? -EOPNOTSUPP : ended.shutdown_write();
    });
}

int simulated_calls::close(int fd) noexcept {
    if (fd < network::first_number) {
        return io::socket_calls::close(fd);  // a file or pipe of the kernel
    }
    return on(fd, [&](const simulated_socket&) {
        network_.close(fd);
        return 0;
    });
}

ssize_t simulated_calls::recvfrom(int fd, void* into, std::size_t size, int, sockaddr* from,
                                  unsigned* from_size) noexcept {
    return on(fd, [&](simulated_socket& receiver) {
        place sender = receiver.remote;
        const auto count =
            receiver.receive({static_cast<std::byte*>(into), size}, &sender, nullptr);
        if (count >= 0) {
            deliver(sender, from, from_size);
        }
        return count;
    });
}

ssize_t simulated_calls::sendmsg(int fd, const msghdr& message, int) noexcept {
    return on(fd, [&](simulated_socket& sender) { return send_message(sender, message); });
}

int simulated_calls::epoll_create() noexcept {
    return network_.add(std::make_shared<poller>(network_));
}

int simulated_calls::epoll_ctl(int waiter, int action, int fd, epoll_event* wanted) noexcept {
    return on(waiter, [&](simulated_socket& found) {
        auto* watching = dynamic_cast<poller*>(&found);
        return watching != nullptr ? watching->control(action, fd, wanted) : -EINVAL;
    });
}

int simulated_calls::epoll_take(int waiter, epoll_event* ready, int room) noexcept {
    return on(waiter, [&](simulated_socket& found) {
        auto* watching = dynamic_cast<poller*>(&found);
        return watching != nullptr ? watching->take(ready, room) : -EINVAL;
    });
}

}  // namespace weft::testing::detail
