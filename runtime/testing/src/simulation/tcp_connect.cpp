// SPDX-License-Identifier: BSL-1.0
//
// How connections begin.
#include "simulation/listener.hpp"
#include "simulation/tcp_socket.hpp"

namespace weft::testing::detail {

int tcp_socket::connect(const place& peer) {
    if (state_ != state::idle) {
        return state_ == state::connecting ? -EALREADY : -EISCONN;
    }
    if (net.broken.about(peer) == rules::verdict::unreachable) {
        net.note("finds no way to", number, peer.port, peer.text());
        return -ENETUNREACH;
    }
    if (!bound) {
        local = net.source_for(peer).with_port(net.free_port());
        bound = true;
    } else if (local.is_wildcard()) {
        local = net.source_for(peer).with_port(local.port);
    }
    remote = peer;
    state_ = state::connecting;
    link_ = std::make_shared<link>(net.chances, net.conditions);
    net.note("connects from", number, local.port, local.text() + " to " + remote.text());
    net.after(link_->delay(net.chances), [end = self()] { end->knock(0); });
    return -EINPROGRESS;
}

int tcp_socket::connect_outcome() {
    switch (state_) {
        case state::connecting: return -EAGAIN;
        case state::connected: return 0;
        case state::idle: return -ENOTCONN;
        case state::failed: break;
    }
    return error_ != 0 ? -take_error() : -ECONNABORTED;
}

/// Asks for a connection, and again as Linux does while nobody answers: tcp_syn_retries.
void tcp_socket::knock(int attempt) {
    if (closed_ || state_ != state::connecting) {
        return;
    }
    const auto verdict = net.broken.about(remote);
    if (verdict == rules::verdict::swallowed || net.broken.separates(local, remote)) {
        knock_again(attempt);
        return;
    }
    auto* door = listener::at(net, remote);
    if (door == nullptr || verdict == rules::verdict::refused ||
        net.chances.chance(net.conditions.refused)) {
        net.after(link_->delay(net.chances), [end = self()] { end->fail(ECONNREFUSED); });
        return;
    }
    if (!door->has_room()) {
        knock_again(attempt);
        return;
    }
    const auto server = std::make_shared<tcp_socket>(net);
    join(*this, *server);
    door->add(server);
    const auto answer = link_->delay(net.chances);
    last_due_ = net.now() + answer;
    net.after(answer, [end = self(), server] { end->established(); });
}

void tcp_socket::knock_again(int attempt) {
    constexpr int attempts = 6;
    const auto pause = std::chrono::seconds(1 << attempt);
    net.after(pause, [end = self(), attempt] {
        if (attempt == attempts) {
            end->fail(ETIMEDOUT);
        } else {
            end->knock(attempt + 1);
        }
    });
}

void tcp_socket::join(tcp_socket& client, tcp_socket& server) {
    server.local = client.remote;
    server.remote = client.local;
    server.bound = true;
    server.state_ = state::connected;
    server.link_ = client.link_;
    server.other_ = client.self();
    client.other_ = server.self();
}

void tcp_socket::established() {
    if (state_ == state::connecting) {
        net.note("is connected", number);
        state_ = state::connected;
        changed();
    } else if (const auto server = other_.lock()) {
        server->fail(ECONNRESET);
    }
}

}  // namespace weft::testing::detail
