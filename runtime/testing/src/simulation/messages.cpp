// SPDX-License-Identifier: BSL-1.0
#include "simulation/messages.hpp"

#include "simulation/simulated_socket.hpp"

#include <cstring>
#include <string>

namespace weft::testing::detail {

namespace {

/// The pieces of a message in one.
std::string joined(const msghdr& message) {
    std::string all;
    for (std::size_t i = 0; i < message.msg_iovlen; ++i) {
        const auto& piece = message.msg_iov[i];
        all.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
    }
    return all;
}

void spread(const std::string& all, const msghdr& message) {
    std::size_t done = 0;
    for (std::size_t i = 0; i < message.msg_iovlen && done < all.size(); ++i) {
        const auto& piece = message.msg_iov[i];
        const auto count = std::min(piece.iov_len, all.size() - done);
        std::memcpy(piece.iov_base, all.data() + done, count);
        done += count;
    }
}

}  // namespace

ssize_t send_message(simulated_socket& on, const msghdr& message) {
    const auto all = joined(message);
    const auto bytes = std::as_bytes(std::span(all));
    if (message.msg_name == nullptr) {
        return on.send(bytes, nullptr);
    }
    const auto to = place_of(static_cast<const sockaddr*>(message.msg_name), message.msg_namelen);
    return to ? on.send(bytes, &*to) : -EAFNOSUPPORT;
}

ssize_t receive_message(simulated_socket& on, msghdr& message) {
    std::string all(joined(message).size(), '\0');
    place from;
    bool cut = false;
    const auto count = on.receive(std::as_writable_bytes(std::span(all)), &from, &cut);
    if (count < 0) {
        return count;
    }
    all.resize(static_cast<std::size_t>(count));
    spread(all, message);
    message.msg_flags = cut ? MSG_TRUNC : 0;
    message.msg_controllen = 0;
    if (on.is_datagram()) {
        deliver(from, static_cast<sockaddr*>(message.msg_name), &message.msg_namelen);
    } else {
        message.msg_namelen = 0;
    }
    return count;
}

}  // namespace weft::testing::detail
