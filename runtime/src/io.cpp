// SPDX-License-Identifier: BSL-1.0
#include <weft/io.hpp>

#include <weft/error.hpp>
#include <weft/socket_calls.hpp>

#include "scheduler.hpp"

#include <cerrno>

namespace weft {

namespace {

using detail::operation;
using kind = detail::operation::kind;

std::size_t transfer(operation& asked, const char* call) {
    detail::require_fiber(call).home->wait_for(asked, call);
    return static_cast<std::size_t>(asked.result);
}

std::size_t transfer_bytes(kind asked, int fd, const std::byte* bytes, std::size_t size,
                           const char* call) {
    operation transferred{.asked = asked, .fd = fd};
    // The operations that only read the bytes are told apart by `asked`.
    transferred.bytes = const_cast<std::byte*>(bytes);
    transferred.size = size;
    return transfer(transferred, call);
}

std::size_t transfer_message(kind asked, int fd, const msghdr& message, int flags,
                             const char* call) {
    operation transferred{.asked = asked, .fd = fd};
    transferred.message = const_cast<msghdr*>(&message);
    transferred.flags = flags;
    return transfer(transferred, call);
}

}  // namespace

std::size_t io::recv(int fd, std::span<std::byte> into) {
    return transfer_bytes(kind::receive, fd, into.data(), into.size(), "recv");
}

std::size_t io::send(int fd, std::span<const std::byte> from) {
    return transfer_bytes(kind::send, fd, from.data(), from.size(), "send");
}

std::size_t io::recvmsg(int fd, msghdr& message, int flags) {
    return transfer_message(kind::receive_message, fd, message, flags, "recvmsg");
}

std::size_t io::sendmsg(int fd, const msghdr& message, int flags) {
    return transfer_message(kind::send_message, fd, message, flags, "sendmsg");
}

std::size_t io::read(int fd, std::span<std::byte> into) {
    return transfer_bytes(kind::read, fd, into.data(), into.size(), "read");
}

std::size_t io::write(int fd, std::span<const std::byte> from) {
    return transfer_bytes(kind::write, fd, from.data(), from.size(), "write");
}

unique_fd io::accept(int fd, sockaddr* peer, unsigned* peer_size) {
    operation asked{.asked = kind::accept, .fd = fd};
    asked.address = peer;
    asked.address_size = peer_size;
    return unique_fd(static_cast<int>(transfer(asked, "accept")));
}

void io::connect(int fd, const sockaddr* address, unsigned size) {
    operation asked{.asked = kind::connect, .fd = fd};
    asked.address = const_cast<sockaddr*>(address);
    asked.address_size = &size;
    transfer(asked, "connect");
}

void io::wait_readable(int fd) {
    operation asked{.asked = kind::readable, .fd = fd};
    transfer(asked, "wait_readable");
}

void io::wait_writable(int fd) {
    operation asked{.asked = kind::writable, .fd = fd};
    transfer(asked, "wait_writable");
}

void io::forget(int fd) noexcept {
    if (detail::current_fiber != nullptr) {
        operation asked{.asked = kind::forget, .fd = fd};
        detail::current_fiber->home->reactor().submit(asked);
    }
}

void io::close(int fd) noexcept {
    const int saved = errno;  // destructors close: errno is for the code around them
    forget(fd);
    socket_calls_here().close(fd);
    errno = saved;
}

void unique_fd::reset(int owned) noexcept {
    const int old = std::exchange(fd_, owned);
    if (old >= 0) {
        io::close(old);
    }
}

}  // namespace weft
