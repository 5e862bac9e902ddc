// SPDX-License-Identifier: BSL-1.0
#include "load/generator.hpp"

#include "socket.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <span>
#include <stdexcept>
#include <vector>

namespace weft::bench {

namespace {

constexpr std::size_t reply_limit = 512;
constexpr std::chrono::seconds patience{10};

}  // namespace

struct load_generator::connection {
    int fd = -1;
    std::size_t received = 0;
    bool answered = false;  // at least once
    clock::time_point sent;
    std::array<char, reply_limit> reply;
};

load_generator::load_generator(const server_process& server, const load& asked)
    : server_(server), asked_(asked), epoll_(check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {
    connect_all();
    run_until_all_answered();
}

load_generator::~load_generator() {
    for (const auto& open : connections_) {
        close_at_once(open.fd);
    }
    close(epoll_);
}

load_result load_generator::run() {
    run_until(clock::now() + asked_.warm_up);
    latencies_ = histogram();
    const auto cpu_before = server_.cpu_time();
    const auto start = clock::now();
    run_until(start + asked_.window);
    const auto cpu = server_.cpu_time() - cpu_before;
    const std::chrono::duration<double> length = clock::now() - start;
    return {static_cast<double>(latencies_.total()), length.count(),
            static_cast<double>(cpu.count()) / 1'000, latencies_};
}

void load_generator::connect_all() {
    connections_.reserve(asked_.connections);
    while (connections_.size() < asked_.connections) {
        auto& added = connections_.emplace_back();
        added.fd = connect_on_loopback(server_.port(), connections_.size() - 1);
        epoll_event wanted{};
        wanted.events = EPOLLIN | EPOLLRDHUP | EPOLLET;
        wanted.data.ptr = &added;
        check(epoll_ctl(epoll_, EPOLL_CTL_ADD, added.fd, &wanted), "epoll_ctl");
    }
    for (auto& each : connections_) {
        send_request(each, clock::now());
    }
}

// From now on each connection has been accepted and has its buffers.
void load_generator::run_until_all_answered() {
    const auto end = clock::now() + patience;
    while (answered_ < connections_.size()) {
        turn();
        if (clock::now() > end) {
            throw std::runtime_error("the server does not answer all connections");
        }
    }
}

void load_generator::run_until(clock::time_point end) {
    while (clock::now() < end) {
        turn();
    }
}

// One wait and what it brought.
void load_generator::turn() {
    std::array<epoll_event, 256> events;
    const auto longest = std::chrono::milliseconds(patience).count();
    const int timeout = asked_.spin ? 0 : static_cast<int>(longest);
    const int count =
        check(epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout), "epoll");
    if (count == 0 && !asked_.spin) {
        throw std::runtime_error("the server has stopped answering");
    }
    for (const auto& event : std::span(events).first(static_cast<std::size_t>(count))) {
        receive(*static_cast<connection*>(event.data.ptr));
    }
}

void load_generator::send_request(connection& to, clock::time_point now) {
    to.received = 0;
    to.sent = now;
    const auto sent = send(to.fd, asked_.request.data(), asked_.request.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(asked_.request.size())) {
        throw std::runtime_error("a request did not go out whole");
    }
}

void load_generator::receive(connection& from) {
    const auto free = std::span(from.reply).subspan(from.received);
    const auto got = recv(from.fd, free.data(), free.size(), 0);
    if (got < 0 && errno == EAGAIN) {
        return;
    }
    if (got <= 0) {
        throw std::runtime_error("the server has hung up");
    }
    from.received += static_cast<std::size_t>(got);
    if (asked_.complete({from.reply.data(), from.received})) {
        const auto now = clock::now();
        latencies_.add(now - from.sent);
        answered_ += from.answered ? 0 : 1;
        from.answered = true;
        send_request(from, now);
    } else if (from.received == from.reply.size()) {
        throw std::runtime_error("a reply is longer than expected");
    }
}

}  // namespace weft::bench
