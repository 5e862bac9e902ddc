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

using clock = std::chrono::steady_clock;

constexpr std::size_t reply_limit = 1'024;
constexpr std::chrono::seconds patience{10};

struct connection {
    int fd = -1;
    std::size_t received = 0;
    bool answered = false;  // at least once
    clock::time_point sent;
    std::array<char, reply_limit> reply;
};

/// The connections and the loop over them.
class generator {
public:
    generator(const server_process& server, const load& asked)
        : server_(server), asked_(asked), epoll_(check(epoll_create1(EPOLL_CLOEXEC), "epoll")) {}
    ~generator() {
        for (const auto& open : connections_) {
            close_at_once(open.fd);
        }
        close(epoll_);
    }

    generator(const generator&) = delete;
    generator& operator=(const generator&) = delete;

    load_result run();

private:
    void connect_all();
    void run_until(clock::time_point end);
    void run_until_all_answered();
    void turn();
    void send_request(connection& to, clock::time_point now);
    void receive(connection& from);
    bool reply_complete(const connection& from) const {
        return asked_.complete({from.reply.data(), from.received});
    }

    const server_process& server_;
    const load& asked_;
    int epoll_;
    std::vector<connection> connections_;
    std::size_t answered_ = 0;  // connections that have been answered at least once
    histogram latencies_;
};

load_result generator::run() {
    connect_all();
    run_until_all_answered();
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

void generator::connect_all() {
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
void generator::run_until_all_answered() {
    const auto end = clock::now() + patience;
    while (answered_ < connections_.size()) {
        turn();
        if (clock::now() > end) {
            throw std::runtime_error("the server does not answer all connections");
        }
    }
}

void generator::run_until(clock::time_point end) {
    while (clock::now() < end) {
        turn();
    }
}

// One wait and what it brought.
void generator::turn() {
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

void generator::send_request(connection& to, clock::time_point now) {
    to.received = 0;
    to.sent = now;
    const auto sent = send(to.fd, asked_.request.data(), asked_.request.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(asked_.request.size())) {
        throw std::runtime_error("a request did not go out whole");
    }
}

void generator::receive(connection& from) {
    const auto free = std::span(from.reply).subspan(from.received);
    const auto got = recv(from.fd, free.data(), free.size(), 0);
    if (got < 0 && errno == EAGAIN) {
        return;
    }
    if (got <= 0) {
        throw std::runtime_error("the server has hung up");
    }
    from.received += static_cast<std::size_t>(got);
    if (reply_complete(from)) {
        const auto now = clock::now();
        latencies_.add(now - from.sent);
        answered_ += from.answered ? 0 : 1;
        from.answered = true;
        send_request(from, now);
    } else if (from.received == from.reply.size()) {
        throw std::runtime_error("a reply is longer than expected");
    }
}

}  // namespace

load_result drive(const server_process& server, const load& asked) {
    return generator(server, asked).run();
}

}  // namespace weft::bench
