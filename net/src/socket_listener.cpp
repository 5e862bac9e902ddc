// SPDX-License-Identifier: BSL-1.0
#include <weft/net/socket_listener.hpp>

#include "socket.hpp"

#include <weft/io.hpp>
#include <weft/this_fiber.hpp>

#include <algorithm>
#include <cerrno>

namespace weft::net {

namespace {

/// Failures of the machine, which pass when somebody gives something back.
bool lacks_resources(const std::error_code& code) noexcept {
    switch (code.value()) {
        case EMFILE:
        case ENFILE:
        case ENOBUFS:
        case ENOMEM: return true;
        default: return false;
    }
}

/// Failures of the one connection that was about to be taken: Linux hands over its pending
/// network errors. Source: accept(2), "Error handling".
bool concerns_one_connection(const std::error_code& code) noexcept {
    switch (code.value()) {
        case ECONNABORTED:
        case ENETDOWN:
        case EPROTO:
        case ENOPROTOOPT:
        case EHOSTDOWN:
        case ENONET:
        case EHOSTUNREACH:
        case ENETUNREACH:
        case EPERM: return true;
        default: return false;
    }
}

}  // namespace

unique_fd socket_listener::accept_socket(address& peer) {
    for (;;) {
        std::error_code failure;
        try {
            auto accepted = accept_once(peer);
            pause_ = first_pause;
            return accepted;
        } catch (const io_error& failed) {
            failure = failed.code();
        }
        if (lacks_resources(failure)) {
            wait_for_resources();
        } else if (!concerns_one_connection(failure)) {
            throw error(failure, "accept " + local_.to_string());
        }
    }
}

unique_fd socket_listener::accept_once(address& peer) {
    sockaddr_storage native{};
    socklen_t size = sizeof native;
    auto* generic = reinterpret_cast<sockaddr*>(&native);
    auto accepted = io::accept(require_open(socket_, "accept"), generic, &size);
    peer = address::from_native(generic, size);
    return accepted;
}

void socket_listener::wait_for_resources() {
    // The connection stays in the backlog and the socket readable, so trying again at once would
    // only burn the processor.
    this_fiber::sleep_for(pause_);
    pause_ = std::min(2 * pause_, longest_pause);
}

}  // namespace weft::net
