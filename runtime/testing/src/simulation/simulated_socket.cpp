// SPDX-License-Identifier: BSL-1.0
#include "simulation/simulated_socket.hpp"

#include "simulation/messages.hpp"
#include "simulation/poller.hpp"

namespace weft::testing::detail {

using weft::detail::operation;

ssize_t simulated_socket::receive(std::span<std::byte>, place*, bool*) {
    return -ENOTCONN;
}

ssize_t simulated_socket::send(std::span<const std::byte>, const place*) {
    return -ENOTCONN;
}

ssize_t simulated_socket::accept(place&) {
    return -EINVAL;
}

int simulated_socket::connect(const place&) {
    return -EISCONN;
}

int simulated_socket::connect_outcome() {
    return -ENOTCONN;
}

int simulated_socket::shutdown_write() {
    return -ENOTCONN;
}

int simulated_socket::bind(const place& wanted) {
    if (bound) {
        return -EINVAL;
    }
    bool taken = false;
    net.for_each([&](const simulated_socket& other) {
        // What was accepted has the address of its listener and is in nobody's way.
        const bool kin = other.is_datagram() == is_datagram() && other.remote.port == 0;
        taken |= kin && other.bound && wanted.port != 0 && other.local == wanted;
    });
    if (taken) {
        return -EADDRINUSE;
    }
    local = wanted.with_port(wanted.port != 0 ? wanted.port : net.free_port());
    bound = true;
    return 0;
}

ssize_t simulated_socket::perform_connect(operation& asked) {
    if (asked.address == nullptr) {
        return connect_outcome();
    }
    const auto peer = place_of(asked.address, *asked.address_size);
    asked.address = nullptr;
    if (!peer) {
        return -EAFNOSUPPORT;
    }
    const int begun = connect(*peer);
    return begun == -EINPROGRESS ? -EAGAIN : begun;
}

ssize_t simulated_socket::perform_message(operation& asked) {
    return asked.asked == operation::kind::send_message ? send_message(*this, *asked.message)
                                                        : receive_message(*this, *asked.message);
}

ssize_t simulated_socket::perform(operation& asked) {
    using kind = operation::kind;
    switch (asked.asked) {
        case kind::receive:
        case kind::read: return receive({asked.bytes, asked.size}, nullptr, nullptr);
        case kind::send:
        case kind::write: return send({asked.bytes, asked.size}, nullptr);
        case kind::receive_message:
        case kind::send_message: return perform_message(asked);
        case kind::connect: return perform_connect(asked);
        case kind::readable: return readable() ? 0 : -EAGAIN;
        case kind::writable: return writable() ? 0 : -EAGAIN;
        case kind::accept: {
            place peer;
            const auto accepted = accept(peer);
            if (accepted >= 0) {
                deliver(peer, asked.address, asked.address_size);
            }
            return accepted;
        }
        case kind::forget: break;
    }
    return 0;
}

bool simulated_socket::attempt(operation& asked) {
    const auto result = perform(asked);
    if (result == -EAGAIN) {
        return false;
    }
    asked.finished = true;
    asked.result = result;
    asked.error = result < 0 ? static_cast<int>(-result) : 0;
    return true;
}

void simulated_socket::serve(weft::detail::operation_list& waiting) {
    while (auto* next = waiting.front()) {
        if (!attempt(*next)) {
            return;
        }
        waiting.remove(*next);
        net.finished(*next);
    }
}

void simulated_socket::changed() {
    serve(readers_);
    serve(writers_);
    if (const auto told = watcher.lock()) {
        told->changed();
    }
}

void simulated_socket::fail_waiting(int error) noexcept {
    for (auto* side : {&readers_, &writers_}) {
        while (auto* failed = side->front()) {
            side->remove(*failed);
            failed->error = error;
            failed->result = -1;
            net.finished(*failed);
        }
    }
}

}  // namespace weft::testing::detail
