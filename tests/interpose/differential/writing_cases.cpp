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
ssize_t __write(int fd, const void* from, size_t size);
ssize_t __send(int fd, const void* from, size_t size, int flags);
}

namespace weft::test {
namespace {

constexpr std::size_t megabyte = 1 << 20;

/// One way to send, brought into the form of send().
struct writer {
    const char* name;
    ssize_t (*call)(int fd, const char* from, std::size_t size, int flags);
    bool has_flags;
    bool knows_files;
};

ssize_t write_in_two_parts(int fd, const char* from, std::size_t size, int) {
    char* bytes = const_cast<char*>(from);
    const std::array<iovec, 2> parts{{{bytes, size / 2}, {bytes + size / 2, size - size / 2}}};
    return ::writev(fd, parts.data(), 2);
}

ssize_t send_message(int fd, const char* from, std::size_t size, int flags) {
    char* bytes = const_cast<char*>(from);
    std::array<iovec, 2> parts{{{bytes, size / 3}, {bytes + size / 3, size - size / 3}}};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    return ::sendmsg(fd, &message, flags);
}

ssize_t send_as_several(int fd, const char* from, std::size_t size, int flags) {
    iovec part{const_cast<char*>(from), size};
    mmsghdr message{};
    message.msg_hdr.msg_iov = &part;
    message.msg_hdr.msg_iovlen = 1;
    const int sent = ::sendmmsg(fd, &message, 1, flags);
    return sent > 0 ? static_cast<ssize_t>(message.msg_len) : sent;
}

const std::vector<writer>& writers() {
    static const std::vector<writer> all{
        {"write", [](int fd, const char* p, std::size_t n, int) { return ::write(fd, p, n); },
         false, true},
        {"__write", [](int fd, const char* p, std::size_t n, int) { return ::__write(fd, p, n); },
         false, true},
        {"writev", write_in_two_parts, false, true},
        {"send",
         [](int fd, const char* p, std::size_t n, int flags) { return ::send(fd, p, n, flags); },
         true, false},
        {"__send",
         [](int fd, const char* p, std::size_t n, int flags) { return ::__send(fd, p, n, flags); },
         true, false},
        {"sendto",
         [](int fd, const char* p, std::size_t n, int flags) {
             return ::sendto(fd, p, n, flags, nullptr, 0);
         },
         true, false},
        {"sendmsg", send_message, true, false},
        {"sendmmsg", send_as_several, true, false},
    };
    return all;
}

bool can_be_written(const writer& function, const channel_kind& kind) {
    return function.knows_files || kind.is_socket;
}
bool streams_only(const writer& function, const channel_kind& kind) {
    return can_be_written(function, kind) && kind.is_stream;
}
bool sockets_only(const writer& function, const channel_kind& kind) {
    return can_be_written(function, kind) && kind.is_socket;
}
/// A UDP socket to a full one drops what is sent.
bool fits_what_can_be_full(const writer& function, const channel_kind& kind) {
    return can_be_written(function, kind) && std::string_view(kind.name) != "UDP";
}

void send_and_note(session& with, const writer& function, int fd, std::size_t size, int flags = 0) {
    const std::string bytes(size, 'w');
    with.note("send", function.call(fd, bytes.data(), size, flags));
    with.note_mode(fd);
    with.note_broken_pipe();
}

void limit_sending(int fd) {
    const timeval limit{0, 10'000};
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

void add_successes(std::vector<differential_case>& to, const writer& function) {
    add_for_kinds(to, function, "there is room", can_be_written,
                  [](session& with, auto& f, auto& kind) {
                      const auto ends = kind.make();
                      send_and_note(with, f, ends.write.get(), 5);
                      std::array<char, 8> bytes{};
                      with.note("read", ::read(ends.read.get(), bytes.data(), bytes.size()));
                      with.note_text("bytes", bytes.data());
                  });
    add_for_kinds(to, function, "far more than there is room for", streams_only,
                  [](session& with, auto& f, auto& kind) {
                      const auto ends = kind.make();
                      with.meanwhile([fd = ::dup(ends.read.get())] {
                          drain(fd, 8 * megabyte);
                          ::close(fd);
                      });
                      send_and_note(with, f, ends.write.get(), 8 * megabyte);
                  });
    add_for_kinds(to, function, "full, room comes later", fits_what_can_be_full,
                  [](session& with, auto& f, auto& kind) {
                      const auto ends = kind.make();
                      fill(ends.write.get());
                      with.meanwhile([fd = ::dup(ends.read.get())] {
                          drain_what_is_there(fd);
                          ::close(fd);
                      });
                      send_and_note(with, f, ends.write.get(), 100);
                  });
    add_for_kinds(to, function, "size 0", can_be_written, [](session& with, auto& f, auto& kind) {
        const auto ends = kind.make();
        send_and_note(with, f, ends.write.get(), 0);
    });
}

void add_failures(std::vector<differential_case>& to, const writer& function) {
    add_for_kinds(to, function, "the reader is gone", streams_only,
                  [](session& with, auto& f, auto& kind) {
                      auto ends = kind.make();
                      ends.read.reset();
                      send_and_note(with, f, ends.write.get(), 5);
                      send_and_note(with, f, ends.write.get(), 5);
                  });
    add_for_kinds(
        to, function, "the reader goes meanwhile, pipe or TCP",
        [](const writer& f, const channel_kind& kind) {
            // What a Unix socket says depends on whether the writer waits by then.
            return streams_only(f, kind) && std::string_view(kind.name) != "Unix stream";
        },
        [](session& with, auto& f, auto& kind) {
            auto ends = kind.make();
            fill(ends.write.get());
            with.meanwhile([fd = ends.read.release()] { ::close(fd); });
            send_and_note(with, f, ends.write.get(), 5);
        });
    to.push_back({function.name, "no descriptor",
                  [f = function](session& with) { send_and_note(with, f, -1, 5); }});
    to.push_back({function.name, "read-only or no socket", [f = function](session& with) {
                      const auto ends = channel_kinds()[0].make();
                      send_and_note(with, f, ends.read.get(), 5);
                  }});
    to.push_back({function.name, "a bad address", [f = function](session& with) {
                      const auto ends = channel_kinds()[1].make();
                      with.note("send", f.call(ends.write.get(), reinterpret_cast<char*>(8), 4, 0));
                  }});
    add_for_kinds(
        to, function, "a message that is too long",
        [](const writer& f, const channel_kind& kind) {
            return can_be_written(f, kind) && !kind.is_stream;
        },
        [](session& with, auto& f, auto& kind) {
            const auto ends = kind.make();
            send_and_note(with, f, ends.write.get(), megabyte);
        });
}

void add_without_waiting(std::vector<differential_case>& to, const writer& function) {
    add_for_kinds(to, function, "O_NONBLOCK, full", fits_what_can_be_full,
                  [](session& with, auto& f, auto& kind) {
                      const auto ends = kind.make();
                      fill(ends.write.get());
                      ::fcntl(ends.write.get(), F_SETFL, O_NONBLOCK);
                      send_and_note(with, f, ends.write.get(), 5000);
                  });
    add_for_kinds(
        to, function, "O_NONBLOCK, room for a part",
        [](const writer&, const channel_kind& kind) {
            return std::string_view(kind.name) == "Unix stream";
        },
        [](session& with, auto& f, auto& kind) {
            const auto ends = kind.make();
            ::fcntl(ends.write.get(), F_SETFL, O_NONBLOCK);
            send_and_note(with, f, ends.write.get(), 8 * megabyte);
        });
    add_for_kinds(
        to, function, "SO_SNDTIMEO passes, full",
        [](const writer& f, const auto& kind) {
            return sockets_only(f, kind) && fits_what_can_be_full(f, kind);
        },
        [](session& with, auto& f, auto& kind) {
            const auto ends = kind.make();
            fill(ends.write.get());
            limit_sending(ends.write.get());
            send_and_note(with, f, ends.write.get(), 5000);
        });
    add_for_kinds(
        to, function, "SO_SNDTIMEO passes, a part sent",
        [](const writer&, const channel_kind& kind) {
            return std::string_view(kind.name) == "Unix stream";
        },
        [](session& with, auto& f, auto& kind) {
            const auto ends = kind.make();
            limit_sending(ends.write.get());
            send_and_note(with, f, ends.write.get(), 8 * megabyte);
        });
}

void add_flags(std::vector<differential_case>& to, const writer& function) {
    add_for_kinds(to, function, "MSG_DONTWAIT, full", fits_what_can_be_full,
                  [](session& with, auto& f, auto& kind) {
                      const auto ends = kind.make();
                      fill(ends.write.get());
                      send_and_note(with, f, ends.write.get(), 5000, MSG_DONTWAIT);
                  });
    add_for_kinds(to, function, "MSG_NOSIGNAL, the reader is gone", streams_only,
                  [](session& with, auto& f, auto& kind) {
                      auto ends = kind.make();
                      ends.read.reset();
                      send_and_note(with, f, ends.write.get(), 5, MSG_NOSIGNAL);
                      send_and_note(with, f, ends.write.get(), 5, MSG_NOSIGNAL);
                  });
    add_for_kinds(to, function, "MSG_OOB", can_be_written, [](session& with, auto& f, auto& kind) {
        const auto ends = kind.make();
        send_and_note(with, f, ends.write.get(), 1, MSG_OOB);
    });
}

}  // namespace

std::vector<differential_case> writing_cases() {
    std::vector<differential_case> all;
    for (const writer& function : writers()) {
        add_successes(all, function);
        add_failures(all, function);
        add_without_waiting(all, function);
        if (function.has_flags) {
            add_flags(all, function);
        }
    }
    return all;
}

}  // namespace weft::test
