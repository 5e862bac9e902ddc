// SPDX-License-Identifier: BSL-1.0
#include "interpose/differential/session.hpp"

#include <weft/run.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <thread>

namespace weft::test {

void session::note(std::string_view call, long result) {
    const int error = errno;
    notes_ += std::string(call) + " = " + std::to_string(result);
    notes_ += result < 0 ? std::string(" ") + ::strerrorname_np(error) + "\n" : "\n";
}

void session::note_text(std::string_view what, std::string_view text) {
    notes_ += std::string(what) + ": " + std::string(text) + "\n";
}

void session::note_mode(int fd) {
    note_text("mode", (::fcntl(fd, F_GETFL) & O_NONBLOCK) != 0 ? "non-blocking" : "blocking");
}

namespace {

/// Whether a SIGPIPE waited for this thread; it no longer does.
bool take_broken_pipe() {
    sigset_t broken_pipe;
    ::sigemptyset(&broken_pipe);
    ::sigaddset(&broken_pipe, SIGPIPE);
    const timespec at_once{};
    return ::sigtimedwait(&broken_pipe, nullptr, &at_once) > 0;
}

}  // namespace

void session::note_broken_pipe() {
    note_text("signal", take_broken_pipe() ? "SIGPIPE" : "none");
}

namespace {

class native_session final : public session {
public:
    ~native_session() override {
        for (std::thread& each : others_) {
            each.join();
        }
    }
    void meanwhile(std::function<void()> body) override { others_.emplace_back(std::move(body)); }

private:
    std::vector<std::thread> others_;
};

class fiber_session final : public session {
public:
    ~fiber_session() override {
        for (task<>& each : others_) {
            each.join();
        }
    }
    void meanwhile(std::function<void()> body) override {
        others_.push_back(spawn(std::move(body)));
    }

private:
    std::vector<task<>> others_;
};

template <class Session>
std::string notes_of(const std::function<void(session&)>& body) {
    std::string notes;
    {
        Session own;
        body(own);
        notes = own.notes();
    }
    return notes;
}

/// SIGPIPE is kept waiting meanwhile.
class blocked_broken_pipe {
public:
    blocked_broken_pipe() {
        sigset_t broken_pipe;
        ::sigemptyset(&broken_pipe);
        ::sigaddset(&broken_pipe, SIGPIPE);
        ::pthread_sigmask(SIG_BLOCK, &broken_pipe, &before_);
    }
    blocked_broken_pipe(const blocked_broken_pipe&) = delete;
    blocked_broken_pipe& operator=(const blocked_broken_pipe&) = delete;
    ~blocked_broken_pipe() {
        take_broken_pipe();
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

private:
    sigset_t before_{};
};

}  // namespace

std::string natively(const std::function<void(session&)>& body) {
    const blocked_broken_pipe blocked;
    return notes_of<native_session>(body);
}

std::string in_a_fiber(const std::function<void(session&)>& body) {
    const blocked_broken_pipe blocked;
    return run([&] {
        task<> bystander = spawn([] {
            for (;;) {
                this_fiber::sleep_for(std::chrono::milliseconds(1));
            }
        });
        return notes_of<fiber_session>(body);
    });
}

namespace {

void check(int result, const char* call) {
    if (result < 0) {
        throw std::runtime_error(std::string(call) + ": " + std::strerror(errno));
    }
}

channel_ends make_pipe_ends() {
    std::array<int, 2> ends{};
    check(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
    return {unique_fd(ends[0]), unique_fd(ends[1])};
}

template <int type>
channel_ends make_unix_ends() {
    std::array<int, 2> ends{};
    check(::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends.data()), "socketpair");
    return {unique_fd(ends[0]), unique_fd(ends[1])};
}

unique_fd bound_to_loopback(int type) {
    unique_fd socket(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    check(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), "bind");
    return socket;
}

void connect_to(int fd, int peer) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    check(::getsockname(peer, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
    check(::connect(fd, reinterpret_cast<sockaddr*>(&address), size), "connect");
}

channel_ends make_tcp_ends() {
    const unique_fd listener = bound_to_loopback(SOCK_STREAM);
    check(::listen(listener.get(), 1), "listen");
    unique_fd writer(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    connect_to(writer.get(), listener.get());
    return {unique_fd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC)),
            std::move(writer)};
}

channel_ends make_udp_ends() {
    channel_ends ends{bound_to_loopback(SOCK_DGRAM), bound_to_loopback(SOCK_DGRAM)};
    connect_to(ends.read.get(), ends.write.get());
    connect_to(ends.write.get(), ends.read.get());
    return ends;
}

}  // namespace

const std::vector<channel_kind>& channel_kinds() {
    static const std::vector<channel_kind> all{
        {"pipe", make_pipe_ends, false, true},
        {"Unix stream", make_unix_ends<SOCK_STREAM>, true, true},
        {"Unix datagram", make_unix_ends<SOCK_DGRAM>, true, false},
        {"Unix seqpacket", make_unix_ends<SOCK_SEQPACKET>, true, false},
        {"TCP", make_tcp_ends, true, true},
        {"UDP", make_udp_ends, true, false},
    };
    return all;
}

void fill(int fd) {
    static const std::string piece(4096, 'f');
    const iovec part{const_cast<char*>(piece.data()), piece.size()};
    for (;;) {
        ssize_t moved = ::send(fd, piece.data(), piece.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (moved < 0 && errno == ENOTSOCK) {
            pollfd asked{fd, POLLOUT, 0};
            moved = ::poll(&asked, 1, 0) > 0 ? ::writev(fd, &part, 1) : -1;
        }
        if (moved < 0) {
            return;
        }
    }
}

void drain(int fd, std::size_t size) {
    std::string piece(16384, '\0');
    while (size > 0) {
        const ssize_t moved = ::read(fd, piece.data(), std::min(size, piece.size()));
        if (moved <= 0) {
            return;
        }
        size -= static_cast<std::size_t>(moved);
    }
}

void drain_what_is_there(int fd) {
    std::string piece(16384, '\0');
    pollfd asked{fd, POLLIN, 0};
    while (::poll(&asked, 1, 0) > 0 && ::read(fd, piece.data(), piece.size()) > 0) {
    }
}

}  // namespace weft::test
