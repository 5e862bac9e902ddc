// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// Descriptors for tests of weft::io: socket pairs, pipes, loopback connections, and text on them.

#include <weft/io.hpp>
#include <weft/unique_fd.hpp>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace weft::test {

inline int checked(int result) {
    if (result < 0) {
        throw std::system_error(errno, std::generic_category());
    }
    return result;
}

/// The number that the next descriptor gets; as a limit it lets nobody have another one.
inline rlim_t lowest_free_descriptor() {
    return static_cast<rlim_t>(unique_fd(checked(::dup(STDERR_FILENO))).get());
}

/// Two connected sockets of the Unix family.
inline std::pair<unique_fd, unique_fd> socket_pair(int type = SOCK_STREAM) {
    std::array<int, 2> ends{};
    checked(::socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()));
    return {unique_fd(ends[0]), unique_fd(ends[1])};
}

/// The reading and the writing end of a pipe. \param flags  as in pipe2(2).
inline std::pair<unique_fd, unique_fd> pipe_pair(int flags = 0) {
    std::array<int, 2> ends{};
    checked(::pipe2(ends.data(), flags | O_CLOEXEC));
    return {unique_fd(ends[0]), unique_fd(ends[1])};
}

/// A listening TCP socket on a free port of 127.0.0.1, with its address.
struct loopback_listener {
    unique_fd socket{checked(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0))};
    sockaddr_in bound{};

    loopback_listener() {
        bound.sin_family = AF_INET;
        bound.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof bound;
        checked(::bind(socket.get(), address(), size));
        checked(::listen(socket.get(), 64));
        checked(::getsockname(socket.get(), address(), &size));
    }

    sockaddr* address() noexcept { return reinterpret_cast<sockaddr*>(&bound); }

    /// A socket that is connected or about to be. In no fiber needed.
    unique_fd client() {
        unique_fd made(checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)));
        checked(::connect(made.get(), address(), sizeof bound));
        checked(::fcntl(made.get(), F_SETFL, O_NONBLOCK));
        return made;
    }
};

/// Two connected TCP sockets on loopback.
inline std::pair<unique_fd, unique_fd> tcp_pair() {
    loopback_listener listener;
    unique_fd client = listener.client();
    return {std::move(client), unique_fd(checked(::accept4(listener.socket.get(), nullptr, nullptr,
                                                           SOCK_NONBLOCK | SOCK_CLOEXEC)))};
}

inline std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

/// What one recv() gives.
inline std::string receive_text(const unique_fd& from, std::size_t most = 100) {
    std::string text(most, '\0');
    text.resize(io::recv(from.get(), std::as_writable_bytes(std::span(text))));
    return text;
}

inline void send_text(const unique_fd& to, std::string_view text) {
    while (!text.empty()) {
        text.remove_prefix(io::send(to.get(), bytes_of(text)));
    }
}

/// Writes without the runtime, as another process would.
inline void send_from_outside(const unique_fd& to, std::string_view text) {
    checked(static_cast<int>(::write(to.get(), text.data(), text.size())));
}

}  // namespace weft::test
