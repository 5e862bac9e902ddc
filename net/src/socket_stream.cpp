// SPDX-License-Identifier: BSL-1.0
#include <weft/net/socket_stream.hpp>

#include "socket.hpp"

#include <weft/io.hpp>
#include <weft/socket_calls.hpp>

#include <sys/socket.h>

namespace weft::net {

socket_stream& socket_stream::operator=(socket_stream&& other) noexcept {
    socket_ = std::move(other.socket_);
    peer_ = other.peer_;
    return *this;
}

std::size_t socket_stream::read_some(std::span<std::byte> into) {
    const int fd = require_open(socket_, "read");
    if (into.empty()) {
        return 0;  // recv(2) with no room would look like the end of the stream
    }
    return naming("read", [&] { return io::recv(fd, into); });
}

void socket_stream::write_all(std::span<const std::byte> from) {
    std::size_t written = 0;
    try {
        while (written < from.size()) {
            written += io::send(require_open(socket_, "write"), from.subspan(written));
        }
    } catch (const io_error& failed) {
        throw error(failed.code(), "write", written);
    }
}

void socket_stream::shutdown_write() {
    const int fd = require_open(socket_, "shutdown");
    if (io::socket_calls_here().shutdown(fd, SHUT_WR) != 0) {
        throw_errno("shutdown");
    }
}

address socket_stream::local_address() const {
    return local_address_of(require_open(socket_, "local address"));
}

}  // namespace weft::net
