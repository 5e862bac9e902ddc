// SPDX-License-Identifier: BSL-1.0
#include "socket.hpp"

#include <weft/io.hpp>
#include <weft/socket_calls.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

namespace weft::net {

namespace {

std::error_code last_error() noexcept {
    return {errno, std::system_category()};
}

/// A connection to a free local port can meet itself: the kernel picks that very port as its own
/// and TCP's simultaneous open succeeds. Nobody listens there, so it counts as refused.
void refuse_connection_to_itself(int fd, const address& peer) {
    if (peer.is_loopback() && local_address_of(fd) == peer) {
        errno = ECONNREFUSED;
        throw_errno("connect " + peer.to_string());
    }
}

}  // namespace

void throw_errno(const std::string& operation) {
    throw error(last_error(), operation);
}

void rethrow_as(const io_error& failed, const std::string& operation) {
    throw error(failed.code(), operation, failed.transferred());
}

unique_fd open_socket(const address& where, int type) {
    const int domain = where.family() == family::any ? AF_UNSPEC : where.native()->sa_family;
    unique_fd opened(
        io::socket_calls_here().socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!opened) {
        throw_errno("socket for " + where.to_string());
    }
    return opened;
}

void set_option(int fd, int level, int option, int value, const char* operation) {
    if (io::socket_calls_here().setsockopt(fd, level, option, &value, sizeof value) != 0) {
        throw_errno(operation);
    }
}

void bind_socket(int fd, const address& local) {
    if (local.family() == family::v6) {
        set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1, "IPV6_V6ONLY");
    }
    if (io::socket_calls_here().bind(fd, local.native(), local.native_size()) != 0) {
        throw_errno("bind " + local.to_string());
    }
}

void start_listening(int fd, int backlog, const address& local) {
    if (io::socket_calls_here().listen(fd, backlog) != 0) {
        throw_errno("listen " + local.to_string());
    }
}

address local_address_of(int fd) {
    sockaddr_storage native{};
    socklen_t size = sizeof native;
    auto* generic = reinterpret_cast<sockaddr*>(&native);
    if (io::socket_calls_here().getsockname(fd, generic, &size) != 0) {
        throw_errno("getsockname");
    }
    return address::from_native(generic, size);
}

unique_fd connect_socket(const address& peer) {
    unique_fd opened = open_socket(peer, SOCK_STREAM);
    try {
        io::connect(opened.get(), peer.native(), peer.native_size());
    } catch (const io_error& failed) {
        rethrow_as(failed, "connect " + peer.to_string());
    }
    if (peer.family() != family::local) {
        refuse_connection_to_itself(opened.get(), peer);
        set_option(opened.get(), IPPROTO_TCP, TCP_NODELAY, 1, "TCP_NODELAY");
    }
    return opened;
}

int require_open(const unique_fd& socket, const char* operation) {
    if (!socket) {
        errno = EBADF;
        throw_errno(operation);
    }
    return socket.get();
}

}  // namespace weft::net
