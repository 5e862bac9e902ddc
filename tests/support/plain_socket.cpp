// SPDX-License-Identifier: BSL-1.0
#include "support/plain_socket.hpp"

#include "support/child_process.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace weft::test {

plain_socket::plain_socket(unsigned short port)
    : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in peer{};
    peer.sin_family = AF_INET;
    peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    peer.sin_port = htons(port);
    if (fd_ < 0 || connect(fd_, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) != 0) {
        const int fault = errno;
        close(fd_);
        throw std::system_error(fault, std::system_category(), "connect");
    }
}

plain_socket::plain_socket(plain_socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

plain_socket& plain_socket::operator=(plain_socket&& other) noexcept {
    std::swap(fd_, other.fd_);  // the other one closes what this had
    return *this;
}

plain_socket::~plain_socket() {
    if (fd_ >= 0) {
        close(fd_);
    }
}

bool plain_socket::send(std::string_view text) {
    while (!text.empty()) {
        const auto sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent < 0) {
            return false;
        }
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

bool plain_socket::readable() const {
    pollfd waited{fd_, POLLIN, 0};
    return poll(&waited, 1, 0) == 1;
}

bool plain_socket::receive_more(std::string& text, std::size_t most) {
    pollfd waited{fd_, POLLIN, 0};
    const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(patience);
    if (poll(&waited, 1, static_cast<int>(limit.count())) != 1) {
        throw std::runtime_error("nothing more came than: " + text);
    }
    std::array<char, 64 * 1024> piece{};
    const auto got = recv(fd_, piece.data(), std::min(most, piece.size()), 0);
    text.append(piece.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return got > 0;
}

std::string plain_socket::receive(std::size_t count) {
    std::string text;
    while (text.size() < count && receive_more(text, count - text.size())) {
    }
    return text;
}

std::string plain_socket::receive_until(std::string_view delimiter) {
    std::string text;
    while (text.find(delimiter) == std::string::npos) {
        if (!receive_more(text, std::numeric_limits<std::size_t>::max())) {
            throw std::runtime_error("the stream ended after: " + text);
        }
    }
    return text;
}

std::string plain_socket::receive_all() {
    return receive(std::numeric_limits<std::size_t>::max());
}

void plain_socket::shutdown_write() {
    shutdown(fd_, SHUT_WR);
}

void plain_socket::reset() {
    const linger at_once{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(std::exchange(fd_, -1));
}

}  // namespace weft::test
