// SPDX-License-Identifier: BSL-1.0
#include <weft/net/udp.hpp>

#include "socket.hpp"

#include <weft/io.hpp>
#include <weft/socket_calls.hpp>

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>

namespace weft::net {

udp_socket udp_socket::bind(const address& local) {
    // No SO_REUSEADDR: for UDP it would let another program steal the datagrams.
    unique_fd opened = open_socket(local, SOCK_DGRAM);
    bind_socket(opened.get(), local);
    return udp_socket(std::move(opened));
}

udp_socket udp_socket::connect(const address& peer) {
    unique_fd opened = open_socket(peer, SOCK_DGRAM);
    // For UDP this only notes the peer and cannot wait.
    auto& calls = io::socket_calls_here();
    if (calls.connect(opened.get(), peer.native(), peer.native_size()) != 0) {
        throw_errno("connect udp " + peer.to_string());
    }
    return udp_socket(std::move(opened), peer);
}

void udp_socket::send_message(std::span<const std::byte> from, const address* to) {
    iovec piece{const_cast<std::byte*>(from.data()), from.size()};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    if (to != nullptr) {
        message.msg_name = const_cast<sockaddr*>(to->native());
        message.msg_namelen = to->native_size();
    }
    const int fd = require_open(socket_, "send");
    (void)naming("send", [&] { return io::sendmsg(fd, message); });
}

void udp_socket::send_to(std::span<const std::byte> from, const address& to) {
    const bool connected = peer_.family() != family::any;
    if (connected && to != peer_) {
        errno = EISCONN;
        throw_errno("send to " + to.to_string());
    }
    send_message(from, connected ? nullptr : &to);
}

void udp_socket::send(std::span<const std::byte> from) {
    send_message(from, nullptr);
}

datagram udp_socket::receive_from(std::span<std::byte> into) {
    sockaddr_storage native{};
    iovec piece{into.data(), into.size()};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_name = &native;
    message.msg_namelen = sizeof native;
    const int fd = require_open(socket_, "receive");
    const std::size_t size = naming("receive", [&] { return io::recvmsg(fd, message); });
    return {size, (message.msg_flags & MSG_TRUNC) != 0,
            address::from_native(reinterpret_cast<const sockaddr*>(&native), message.msg_namelen)};
}

address udp_socket::local_address() const {
    return local_address_of(require_open(socket_, "local address"));
}

}  // namespace weft::net
