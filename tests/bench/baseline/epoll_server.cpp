// SPDX-License-Identifier: BSL-1.0
#include "baseline/epoll_server.hpp"

#include "socket.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace weft::bench {

namespace {

constexpr std::size_t buffer_size = 4'096;
constexpr std::string_view end_of_head = "\r\n\r\n";
constexpr std::string_view http_reply =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 11\r\n\r\nhello world";

void watch(int epoll, int fd, std::uint32_t events) {
    epoll_event wanted{};
    wanted.events = events;
    wanted.data.fd = fd;
    check(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &wanted), "epoll_ctl");
}

void accept_all(int epoll, int listener) {
    for (;;) {
        const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            return;
        }
        send_at_once(fd);
        watch(epoll, fd, EPOLLIN | EPOLLRDHUP | EPOLLET);
    }
}

// Reads until a read comes up short, which means that there is nothing left; a read that would
// fail with EAGAIN is never made. `answer(fd, received)` sends the reply.
// Returns whether the connection lives on.
template <class Answer>
bool serve_ready(int fd, Answer& answer) {
    std::array<char, buffer_size> buffer;
    for (;;) {
        const auto got = recv(fd, buffer.data(), buffer.size(), 0);
        if (got <= 0) {
            return got < 0 && errno == EAGAIN;
        }
        const auto size = static_cast<std::size_t>(got);
        if (!answer(fd, std::string_view(buffer.data(), size))) {
            return false;
        }
        if (size < buffer.size()) {
            return true;
        }
    }
}

// A reply that does not fit into the socket's buffer would need a queue; here none is that long.
bool send_whole(int fd, std::string_view reply) {
    return send(fd, reply.data(), reply.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(reply.size());
}

template <class Answer>
[[noreturn]] void serve(const announce_port& announce, Answer answer) {
    const int listener = listen_on_loopback();
    const int epoll = check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    watch(epoll, listener, EPOLLIN);
    announce(port_of(listener));
    std::array<epoll_event, 256> events;
    for (;;) {
        const int count = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < count; ++i) {
            const int fd = events[static_cast<std::size_t>(i)].data.fd;
            if (fd == listener) {
                accept_all(epoll, listener);
            } else if (!serve_ready(fd, answer)) {
                close(fd);
            }
        }
    }
}

/// Finds the ends of request heads, also when they arrive in pieces.
class head_counter {
public:
    // How many heads end within `received`.
    std::size_t heads_in(int fd, std::string_view received) {
        auto& matched = matched_of(fd);
        if (matched == 0 && received.ends_with(end_of_head) &&
            received.find(end_of_head) + end_of_head.size() == received.size()) {
            return 1;  // one whole request: what a client that waits for its reply sends
        }
        std::size_t heads = 0;
        for (const char c : received) {
            matched = c == end_of_head[matched] ? matched + 1 : c == end_of_head[0] ? 1U : 0U;
            heads += matched == end_of_head.size() ? 1 : 0;
            matched %= end_of_head.size();
        }
        return heads;
    }

private:
    std::size_t& matched_of(int fd) {
        const auto index = static_cast<std::size_t>(fd);
        if (index >= matched_.size()) {
            matched_.resize(index + 1);
        }
        return matched_[index];
    }

    std::vector<std::size_t> matched_;  // by descriptor: how much of the empty line has arrived
};

}  // namespace

void serve_raw_echo(const announce_port& announce) {
    serve(announce, send_whole);
}

void serve_raw_http(const announce_port& announce) {
    serve(announce, [counter = head_counter()](int fd, std::string_view received) mutable {
        for (auto heads = counter.heads_in(fd, received); heads > 0; --heads) {
            if (!send_whole(fd, http_reply)) {
                return false;
            }
        }
        return true;
    });
}

}  // namespace weft::bench
