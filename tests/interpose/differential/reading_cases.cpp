// SPDX-License-Identifier: BSL-1.0

#include "interpose/differential/case.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <string>

extern "C" {
ssize_t __read(int fd, void* into, size_t size);
ssize_t __read_chk(int fd, void* into, size_t size, size_t room);
ssize_t __recv_chk(int fd, void* into, size_t size, size_t room, int flags);
ssize_t __recvfrom_chk(int fd, void* into, size_t size, size_t room, int flags, sockaddr* peer,
                       socklen_t* peer_size);
}

namespace weft::test {
namespace {

/// One way to receive, brought into the form of recv().
struct reader {
    const char* name;
    ssize_t (*call)(int fd, char* into, std::size_t size, int flags);
    bool has_flags;
    bool knows_files;
};

ssize_t read_in_two_parts(int fd, char* into, std::size_t size, int) {
    const std::array<iovec, 2> parts{{{into, size / 2}, {into + size / 2, size - size / 2}}};
    return ::readv(fd, parts.data(), 2);
}

ssize_t receive_with_address(int fd, char* into, std::size_t size, int flags) {
    sockaddr_storage peer{};
    socklen_t room = sizeof peer;
    return ::recvfrom(fd, into, size, flags, reinterpret_cast<sockaddr*>(&peer), &room);
}

ssize_t receive_message(int fd, char* into, std::size_t size, int flags) {
    iovec part{into, size};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    const ssize_t received = ::recvmsg(fd, &message, flags);
    return received >= 0 && (message.msg_flags & MSG_TRUNC) != 0 ? received + 1000 : received;
}

ssize_t receive_one_of_several(int fd, char* into, std::size_t size, int flags) {
    iovec part{into, size};
    mmsghdr message{};
    message.msg_hdr.msg_iov = &part;
    message.msg_hdr.msg_iovlen = 1;
    const int received = ::recvmmsg(fd, &message, 1, flags, nullptr);
    return received > 0 ? static_cast<ssize_t>(message.msg_len) : received;
}

const std::vector<reader>& readers() {
    static const std::vector<reader> all{
        {"read", [](int fd, char* p, std::size_t n, int) { return ::read(fd, p, n); }, false, true},
        {"__read", [](int fd, char* p, std::size_t n, int) { return ::__read(fd, p, n); }, false,
         true},
        {"__read_chk",
         [](int fd, char* p, std::size_t n, int) { return ::__read_chk(fd, p, n, n); }, false,
         true},
        {"readv", read_in_two_parts, false, true},
        {"recv", [](int fd, char* p, std::size_t n, int flags) { return ::recv(fd, p, n, flags); },
         true, false},
        {"__recv_chk",
         [](int fd, char* p, std::size_t n, int flags) { return ::__recv_chk(fd, p, n, n, flags); },
         true, false},
        {"recvfrom", receive_with_address, true, false},
        {"__recvfrom_chk",
         [](int fd, char* p, std::size_t n, int flags) {
             return ::__recvfrom_chk(fd, p, n, n, flags, nullptr, nullptr);
         },
         true, false},
        {"recvmsg", receive_message, true, false},
        {"recvmmsg", receive_one_of_several, true, false},
    };
    return all;
}

bool fits(const reader& function, const channel_kind& kind) {
    return function.knows_files || kind.is_socket;
}
bool fits_streams(const reader& function, const channel_kind& kind) {
    return fits(function, kind) && kind.is_stream;
}

/// Receives once and notes everything about it.
void receive(session& with, const reader& function, int fd, int flags = 0, std::size_t size = 8) {
    std::string bytes(size, '.');
    const ssize_t received = function.call(fd, bytes.data(), size, flags);
    with.note("receive", received);
    with.note_text("bytes", bytes);
    with.note_mode(fd);
}

void put(int fd, std::string_view bytes) {
    static_cast<void>(::write(fd, bytes.data(), bytes.size()));
}

void limit_receiving(int fd) {
    const timeval limit{0, 10'000};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

void add_arrivals(std::vector<differential_case>& to, const reader& function) {
    add_for_kinds(to, function, "data is there", fits, [](session& with, auto& f, auto& kind) {
        const auto ends = kind.make();
        put(ends.write.get(), "hello");
        receive(with, f, ends.read.get());
    });
    add_for_kinds(to, function, "data comes later", fits, [](session& with, auto& f, auto& kind) {
        const auto ends = kind.make();
        with.meanwhile([fd = ::dup(ends.write.get())] {
            put(fd, "late");
            ::close(fd);
        });
        receive(with, f, ends.read.get());
    });
    add_for_kinds(to, function, "more than fits", fits, [](session& with, auto& f, auto& kind) {
        const auto ends = kind.make();
        put(ends.write.get(), "0123456789");
        receive(with, f, ends.read.get(), 0, 4);
        put(ends.write.get(), "abc");
        receive(with, f, ends.read.get(), 0, 4);
    });
}

void add_ends(std::vector<differential_case>& to, const reader& function) {
    add_for_kinds(to, function, "end of stream", fits_streams,
                  [](session& with, auto& f, auto& kind) {
                      auto ends = kind.make();
                      put(ends.write.get(), "end");
                      ends.write.reset();
                      receive(with, f, ends.read.get());
                      receive(with, f, ends.read.get());
                  });
    add_for_kinds(to, function, "end comes later", fits_streams,
                  [](session& with, auto& f, auto& kind) {
                      auto ends = kind.make();
                      with.meanwhile([fd = ends.write.release()] { ::close(fd); });
                      receive(with, f, ends.read.get());
                  });
    add_for_kinds(to, function, "size 0", fits_streams, [](session& with, auto& f, auto& kind) {
        const auto ends = kind.make();
        put(ends.write.get(), "x");
        receive(with, f, ends.read.get(), 0, 0);
        receive(with, f, ends.read.get());
    });
}

void add_without_waiting(std::vector<differential_case>& to, const reader& function) {
    add_for_kinds(to, function, "O_NONBLOCK, nothing there", fits,
                  [](session& with, auto& f, auto& kind) {
                      const auto ends = kind.make();
                      ::fcntl(ends.read.get(), F_SETFL, O_NONBLOCK);
                      receive(with, f, ends.read.get());
                  });
    to.push_back(
        {function.name, "no descriptor", [f = function](session& with) { receive(with, f, -1); }});
    to.push_back({function.name, "a bad address", [f = function](session& with) {
                      const auto ends = channel_kinds()[1].make();
                      put(ends.write.get(), "x");
                      with.note("receive",
                                f.call(ends.read.get(), reinterpret_cast<char*>(8), 4, 0));
                  }});
    to.push_back({function.name, "write-only or no socket", [f = function](session& with) {
                      const auto ends = channel_kinds()[0].make();
                      receive(with, f, ends.write.get());
                  }});
}

void add_time_limits(std::vector<differential_case>& to, const reader& function) {
    const auto sockets = [](const reader&, const channel_kind& kind) { return kind.is_socket; };
    add_for_kinds(to, function, "SO_RCVTIMEO passes", sockets,
                  [](session& with, auto& f, auto& kind) {
                      const auto ends = kind.make();
                      limit_receiving(ends.read.get());
                      receive(with, f, ends.read.get());
                  });
}

void add_flags(std::vector<differential_case>& to, const reader& function) {
    add_for_kinds(to, function, "MSG_DONTWAIT, nothing there", fits,
                  [](session& with, auto& f, auto& kind) {
                      const auto ends = kind.make();
                      receive(with, f, ends.read.get(), MSG_DONTWAIT);
                  });
    add_for_kinds(to, function, "MSG_PEEK", fits, [](session& with, auto& f, auto& kind) {
        const auto ends = kind.make();
        with.meanwhile([fd = ::dup(ends.write.get())] {
            put(fd, "peek");
            ::close(fd);
        });
        receive(with, f, ends.read.get(), MSG_PEEK);
        receive(with, f, ends.read.get());
    });
    add_for_kinds(to, function, "MSG_TRUNC", fits, [](session& with, auto& f, auto& kind) {
        const auto ends = kind.make();
        put(ends.write.get(), "0123456789");
        receive(with, f, ends.read.get(), MSG_TRUNC, 4);
    });
    add_for_kinds(to, function, "MSG_WAITALL in pieces", fits,
                  [](session& with, auto& f, auto& kind) {
                      const auto ends = kind.make();
                      put(ends.write.get(), "0123");
                      with.meanwhile([fd = ::dup(ends.write.get())] {
                          put(fd, "45");
                          put(fd, "67");
                          ::close(fd);
                      });
                      receive(with, f, ends.read.get(), MSG_WAITALL);
                  });
    add_for_kinds(to, function, "MSG_WAITALL, then the end", fits_streams,
                  [](session& with, auto& f, auto& kind) {
                      auto ends = kind.make();
                      put(ends.write.get(), "0123");
                      with.meanwhile([fd = ends.write.release()] { ::close(fd); });
                      receive(with, f, ends.read.get(), MSG_WAITALL);
                  });
    add_for_kinds(to, function, "MSG_WAITALL, then SO_RCVTIMEO", fits_streams,
                  [](session& with, auto& f, auto& kind) {
                      const auto ends = kind.make();
                      put(ends.write.get(), "0123");
                      limit_receiving(ends.read.get());
                      receive(with, f, ends.read.get(), MSG_WAITALL);
                  });
    // A Unix socket looks once and does not wait for all.
    add_for_kinds(
        to, function, "MSG_PEEK and MSG_WAITALL, TCP",
        [](const reader&, const channel_kind& kind) {
            return std::string_view(kind.name) == "TCP";
        },
        [](session& with, auto& f, auto& kind) {
            const auto ends = kind.make();
            put(ends.write.get(), "0123");
            with.meanwhile([fd = ::dup(ends.write.get())] {
                put(fd, "4567");
                ::close(fd);
            });
            receive(with, f, ends.read.get(), MSG_PEEK | MSG_WAITALL);
        });
    add_for_kinds(to, function, "MSG_OOB, nothing there", fits_streams,
                  [](session& with, auto& f, auto& kind) {
                      const auto ends = kind.make();
                      receive(with, f, ends.read.get(), MSG_OOB);
                  });
    add_for_kinds(to, function, "MSG_ERRQUEUE, nothing there", fits,
                  [](session& with, auto& f, auto& kind) {
                      if (!kind.is_stream && kind.is_socket) {
                          const auto ends = kind.make();
                          ::fcntl(ends.read.get(), F_SETFL, O_NONBLOCK);
                          receive(with, f, ends.read.get(), MSG_ERRQUEUE);
                      }
                  });
}

}  // namespace

std::vector<differential_case> reading_cases() {
    std::vector<differential_case> all;
    for (const reader& function : readers()) {
        add_arrivals(all, function);
        add_ends(all, function);
        add_without_waiting(all, function);
        add_time_limits(all, function);
        if (function.has_flags) {
            add_flags(all, function);
        }
    }
    return all;
}

}  // namespace weft::test
