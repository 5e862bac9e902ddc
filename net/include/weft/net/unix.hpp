// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/net/address.hpp>
#include <weft/net/socket_listener.hpp>
#include <weft/net/socket_stream.hpp>

#include <sys/types.h>

#include <utility>

namespace weft::net {

/// A connection between processes of one machine.
class unix_stream final : public socket_stream {
public:
    using socket_stream::socket_stream;

    /// Opens a connection to the listener at `peer`.
    ///
    /// Blocks:       while the listener's backlog is full.
    /// Cancellation: throws cancelled; the socket is closed.
    /// \throws net::error  with the system's code, naming the address.
    [[nodiscard]] static unix_stream connect(const address& peer);

    /// Two streams joined to each other.
    ///
    /// \throws net::error  if there are no descriptors left.
    [[nodiscard]] static std::pair<unix_stream, unix_stream> pair();
};

/// Takes Unix-domain connections.
class unix_listener final : public socket_listener {
public:
    /// Listens at `local`. A socket that an earlier process left at the path is removed first;
    /// any other file is not.
    ///
    /// \throws net::error  with the system's code, naming the address.
    [[nodiscard]] static unix_listener listen(const address& local, listen_options options = {});

    unix_listener(unix_listener&& other) noexcept;
    unix_listener& operator=(unix_listener&&) = delete;
    ~unix_listener() { close(); }

    /// Stops listening and removes the path, unless somebody has put another file there.
    /// Otherwise like socket_listener::close().
    void close() noexcept;

    /// Takes the next connection; like tcp_listener::accept().
    [[nodiscard]] unix_stream accept();

private:
    struct file_id {
        dev_t device = 0;
        ino_t inode = 0;
        bool operator==(const file_id&) const = default;
    };

    unix_listener(unique_fd listening, const address& local, file_id created) noexcept
        : socket_listener(std::move(listening), local), created_(created) {}
    static file_id file_at(const address& local) noexcept;

    file_id created_;
};

}  // namespace weft::net
