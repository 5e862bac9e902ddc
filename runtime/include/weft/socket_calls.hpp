// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// The system calls on sockets that never wait, as the network layer makes them. A simulation
/// stands in for the kernel here, as its reactor does below weft::io.

#include <sys/types.h>

#include <cstddef>

struct epoll_event;
struct msghdr;
struct sockaddr;

namespace weft::io {

/// The kernel's calls, each as in section 2 of the manual: -1 and errno for a failure.
///
/// Threads:  those of socket_calls_here() on the thread that asked for them.
class socket_calls {
public:
    socket_calls() = default;
    socket_calls(const socket_calls&) = delete;
    socket_calls& operator=(const socket_calls&) = delete;
    virtual ~socket_calls() = default;

    virtual int socket(int domain, int type, int protocol) noexcept;
    virtual int bind(int fd, const sockaddr* local, unsigned size) noexcept;
    virtual int listen(int fd, int backlog) noexcept;

    /// Of a non-blocking socket: a stream goes on connecting after EINPROGRESS.
    virtual int connect(int fd, const sockaddr* peer, unsigned size) noexcept;
    virtual int getsockname(int fd, sockaddr* local, unsigned* size) noexcept;
    virtual int setsockopt(int fd, int level, int option, const void* value,
                           unsigned size) noexcept;
    virtual int shutdown(int fd, int how) noexcept;

    /// Of any descriptor. For those that the reactor has never met; io::close() otherwise.
    virtual int close(int fd) noexcept;
    virtual ssize_t recvfrom(int fd, void* into, std::size_t size, int flags, sockaddr* from,
                             unsigned* from_size) noexcept;
    virtual ssize_t sendmsg(int fd, const msghdr& message, int flags) noexcept;

    virtual int epoll_create() noexcept;
    virtual int epoll_ctl(int poller, int action, int fd, epoll_event* wanted) noexcept;

    /// Does not wait.
    virtual int epoll_take(int poller, epoll_event* ready, int room) noexcept;

    /// "address:port" of the only name server that there is, together with the names of no file;
    /// null where the system's configuration decides.
    [[nodiscard]] virtual const char* name_server() const noexcept { return nullptr; }
};

/// The calls of the runtime of this thread; the kernel's unless it is simulated.
[[nodiscard]] socket_calls& socket_calls_here() noexcept;

}  // namespace weft::io
