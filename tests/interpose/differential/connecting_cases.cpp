// SPDX-License-Identifier: BSL-1.0

#include "interpose/differential/case.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdint>
#include <string>

extern "C" int __connect(int fd, const sockaddr* peer, socklen_t size);

namespace weft::test {
namespace {

struct connector {
    const char* name;
    int (*call)(int fd, const sockaddr* peer, socklen_t size);
};

struct acceptor {
    const char* name;
    int (*call)(int fd, sockaddr* peer, socklen_t* size);
};

/// An address of any family.
struct any_address {
    sockaddr_storage storage{};
    socklen_t size = sizeof(sockaddr_storage);

    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

any_address address_of(int fd) {
    any_address found;
    ::getsockname(fd, found.get(), &found.size);
    return found;
}

any_address loopback(std::uint16_t port) {
    any_address made;
    auto& v4 = reinterpret_cast<sockaddr_in&>(made.storage);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    made.size = sizeof v4;
    return made;
}

/// One that the kernel chooses, of the abstract kind.
any_address unnamed() {
    any_address made;
    made.storage.ss_family = AF_UNIX;
    made.size = sizeof(sa_family_t);
    return made;
}

unique_fd make_socket(int family, int type = SOCK_STREAM) {
    return unique_fd(::socket(family, type | SOCK_CLOEXEC, 0));
}

unique_fd make_listener(int family, int backlog = 4) {
    unique_fd listener = make_socket(family);
    any_address at = family == AF_INET ? loopback(0) : unnamed();
    ::bind(listener.get(), at.get(), at.size);
    ::listen(listener.get(), backlog);
    return listener;
}

void connect_and_note(session& with, const connector& function, int fd, any_address to) {
    with.note("connect", function.call(fd, to.get(), to.size));
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    with.note_text("SO_ERROR", std::to_string(error));
    with.note_mode(fd);
}

void add_for_connect(std::vector<differential_case>& to, const connector& function) {
    const auto add = [&](const char* situation, auto body) {
        to.push_back(
            {function.name, situation, [=, f = function](session& with) { body(with, f); }});
    };
    for (const int family : {AF_INET, AF_UNIX}) {
        const bool tcp = family == AF_INET;
        add(tcp ? "TCP, twice" : "Unix, twice", [=](session& with, auto& f) {
            const unique_fd listener = make_listener(family);
            const unique_fd socket = make_socket(family);
            connect_and_note(with, f, socket.get(), address_of(listener.get()));
            connect_and_note(with, f, socket.get(), address_of(listener.get()));
        });
        add(tcp ? "TCP, refused" : "Unix, refused", [=](session& with, auto& f) {
            unique_fd listener = make_listener(family);
            const any_address peer = address_of(listener.get());
            listener.reset();
            const unique_fd socket = make_socket(family);
            connect_and_note(with, f, socket.get(), peer);
            connect_and_note(with, f, socket.get(), peer);
        });
    }
    add("Unix, full backlog, O_NONBLOCK", [](session& with, auto& f) {
        const unique_fd listener = make_listener(AF_UNIX, 0);
        const unique_fd first = make_socket(AF_UNIX);
        const unique_fd second = make_socket(AF_UNIX);
        ::fcntl(second.get(), F_SETFL, O_NONBLOCK);
        connect_and_note(with, f, first.get(), address_of(listener.get()));
        connect_and_note(with, f, second.get(), address_of(listener.get()));
    });
    add("Unix, full backlog, room comes later", [](session& with, auto& f) {
        const unique_fd listener = make_listener(AF_UNIX, 0);
        const unique_fd first = make_socket(AF_UNIX);
        const unique_fd second = make_socket(AF_UNIX);
        connect_and_note(with, f, first.get(), address_of(listener.get()));
        with.meanwhile([fd = ::dup(listener.get())] {
            ::close(::accept(fd, nullptr, nullptr));
            ::close(fd);
        });
        connect_and_note(with, f, second.get(), address_of(listener.get()));
    });
    add("TCP, O_NONBLOCK", [](session& with, auto& f) {
        const unique_fd listener = make_listener(AF_INET);
        const unique_fd socket = make_socket(AF_INET);
        ::fcntl(socket.get(), F_SETFL, O_NONBLOCK);
        connect_and_note(with, f, socket.get(), address_of(listener.get()));
    });
    add("TCP, SO_SNDTIMEO passes", [](session& with, auto& f) {
        const unique_fd listener = make_listener(AF_INET, 0);
        const unique_fd first = make_socket(AF_INET);
        const unique_fd socket = make_socket(AF_INET);
        connect_and_note(with, f, first.get(), address_of(listener.get()));
        const timeval limit{0, 20'000};
        ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        with.note("connect",
                  f.call(socket.get(), address_of(listener.get()).get(), sizeof(sockaddr_in)));
    });
    add("UDP", [](session& with, auto& f) {
        const unique_fd socket = make_socket(AF_INET, SOCK_DGRAM);
        connect_and_note(with, f, socket.get(), loopback(9));
    });
    add("wrong family", [](session& with, auto& f) {
        connect_and_note(with, f, make_socket(AF_INET).get(), unnamed());
    });
    add("no socket", [](session& with, auto& f) {
        connect_and_note(with, f, channel_kinds()[0].make().read.get(), loopback(9));
    });
    add("no descriptor",
        [](session& with, auto& f) { with.note("connect", f.call(-1, nullptr, 0)); });
}

void accept_and_note(session& with, const acceptor& function, int fd) {
    any_address peer;
    const unique_fd accepted(function.call(fd, peer.get(), &peer.size));
    with.note("accept", accepted.get() < 0 ? -1 : 0);
    if (accepted.get() >= 0) {
        with.note_text("family", std::to_string(peer.storage.ss_family));
        with.note_text("size", std::to_string(peer.size));
        with.note_mode(accepted.get());
        with.note("FD_CLOEXEC", ::fcntl(accepted.get(), F_GETFD));
    }
    with.note_mode(fd);
}

void add_for_accept(std::vector<differential_case>& to, const acceptor& function) {
    const auto add = [&](const char* situation, auto body) {
        to.push_back(
            {function.name, situation, [=, f = function](session& with) { body(with, f); }});
    };
    for (const int family : {AF_INET, AF_UNIX}) {
        const bool tcp = family == AF_INET;
        add(tcp ? "TCP, somebody waits" : "Unix, somebody waits", [=](session& with, auto& f) {
            const unique_fd listener = make_listener(family);
            const unique_fd client = make_socket(family);
            any_address at = address_of(listener.get());
            ::connect(client.get(), at.get(), at.size);
            accept_and_note(with, f, listener.get());
        });
        add(tcp ? "TCP, somebody comes later" : "Unix, somebody comes later",
            [=](session& with, auto& f) {
                const unique_fd listener = make_listener(family);
                const unique_fd client = make_socket(family);
                with.meanwhile([fd = client.get(), at = address_of(listener.get())]() mutable {
                    ::connect(fd, at.get(), at.size);
                });
                accept_and_note(with, f, listener.get());
            });
    }
    add("O_NONBLOCK, nobody", [](session& with, auto& f) {
        const unique_fd listener = make_listener(AF_INET);
        ::fcntl(listener.get(), F_SETFL, O_NONBLOCK);
        accept_and_note(with, f, listener.get());
    });
    add("SO_RCVTIMEO passes", [](session& with, auto& f) {
        const unique_fd listener = make_listener(AF_INET);
        const timeval limit{0, 10'000};
        ::setsockopt(listener.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        accept_and_note(with, f, listener.get());
    });
    add("no listener",
        [](session& with, auto& f) { accept_and_note(with, f, make_socket(AF_INET).get()); });
    add("UDP", [](session& with, auto& f) {
        accept_and_note(with, f, make_socket(AF_INET, SOCK_DGRAM).get());
    });
    add("no socket", [](session& with, auto& f) {
        accept_and_note(with, f, channel_kinds()[0].make().read.get());
    });
    add("no descriptor", [](session& with, auto& f) { accept_and_note(with, f, -1); });
}

}  // namespace

std::vector<differential_case> connecting_cases() {
    std::vector<differential_case> all;
    add_for_connect(all, {"connect", &::connect});
    add_for_connect(all, {"__connect", &::__connect});
    add_for_accept(all, {"accept", &::accept});
    add_for_accept(all, {"accept4", [](int fd, sockaddr* peer, socklen_t* size) {
                             return ::accept4(fd, peer, size, SOCK_CLOEXEC | SOCK_NONBLOCK);
                         }});
    return all;
}

}  // namespace weft::test
