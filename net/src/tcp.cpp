// SPDX-License-Identifier: BSL-1.0
#include <weft/net/tcp.hpp>

#include "socket.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace weft::net {

tcp_stream tcp_stream::connect(const address& peer) {
    return tcp_stream(connect_socket(peer), peer);
}

tcp_listener tcp_listener::listen(const address& local, listen_options options) {
    unique_fd opened = open_socket(local, SOCK_STREAM);
    set_option(opened.get(), SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
    if (options.reuse_port) {
        set_option(opened.get(), SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT");
    }
    // Connections inherit it, which saves a call for each. Source: tcp(7), Linux sources.
    set_option(opened.get(), IPPROTO_TCP, TCP_NODELAY, 1, "TCP_NODELAY");
    bind_socket(opened.get(), local);
    start_listening(opened.get(), options.backlog, local);
    const address bound = local_address_of(opened.get());
    return tcp_listener(std::move(opened), bound);
}

tcp_stream tcp_listener::accept() {
    address peer;
    unique_fd accepted = accept_socket(peer);
    return tcp_stream(std::move(accepted), peer);
}

}  // namespace weft::net
