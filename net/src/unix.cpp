// SPDX-License-Identifier: BSL-1.0
#include <weft/net/unix.hpp>

#include "socket.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace weft::net {

namespace {

bool has_path(const address& local) noexcept {
    return local.family() == family::local && !local.is_abstract() && !local.path().empty();
}

// The path of an address ends with a zero byte, so that system calls can use it as it is.

void remove_stale_socket(const address& local) {
    struct stat found {};
    const char* path = local.path().data();
    if (::lstat(path, &found) == 0 && S_ISSOCK(found.st_mode)) {
        ::unlink(path);
    }
}

}  // namespace

unix_stream unix_stream::connect(const address& peer) {
    return unix_stream(connect_socket(peer), peer);
}

std::pair<unix_stream, unix_stream> unix_stream::pair() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        throw_errno("socketpair");
    }
    return {unix_stream(unique_fd(ends[0])), unix_stream(unique_fd(ends[1]))};
}

unix_listener unix_listener::listen(const address& local, listen_options options) {
    unique_fd opened = open_socket(local, SOCK_STREAM);
    if (has_path(local)) {
        remove_stale_socket(local);
    }
    bind_socket(opened.get(), local);
    start_listening(opened.get(), options.backlog, local);
    return unix_listener(std::move(opened), local, file_at(local));
}

unix_listener::unix_listener(unix_listener&& other) noexcept
    : socket_listener(std::move(other)), created_(std::exchange(other.created_, {})) {}

void unix_listener::close() noexcept {
    if (created_ != file_id{} && file_at(local_address()) == created_) {
        ::unlink(local_address().path().data());
    }
    created_ = {};
    socket_listener::close();
}

unix_stream unix_listener::accept() {
    address peer;
    unique_fd accepted = accept_socket(peer);
    return unix_stream(std::move(accepted), peer);
}

unix_listener::file_id unix_listener::file_at(const address& local) noexcept {
    struct stat found {};
    if (!has_path(local) || ::lstat(local.path().data(), &found) != 0) {
        return {};
    }
    return {found.st_dev, found.st_ino};
}

}  // namespace weft::net
