// SPDX-License-Identifier: BSL-1.0

#include "interpose/differential/signal_scene.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>

namespace weft::test {
namespace {

void empty_socket(scene& at) {
    at.ends = channel_kinds()[1].make();
    at.finish = [&at] { static_cast<void>(::write(at.ends.write.get(), "x", 1)); };
}

void empty_socket_with_limit(scene& at) {
    empty_socket(at);
    ::setsockopt(at.ends.read.get(), SOL_SOCKET, SO_RCVTIMEO, &minute, sizeof minute);
}

void full_pipe(scene& at) {
    at.ends = channel_kinds()[0].make();
    fill(at.ends.write.get());
    at.finish = [&at] { drain_what_is_there(at.ends.read.get()); };
}

void full_socket(scene& at) {
    at.ends = channel_kinds()[1].make();
    fill(at.ends.write.get());
    at.finish = [&at] { drain_what_is_there(at.ends.read.get()); };
}

void full_socket_with_limit(scene& at) {
    full_socket(at);
    ::setsockopt(at.ends.write.get(), SOL_SOCKET, SO_SNDTIMEO, &minute, sizeof minute);
}

void part_of_a_message(scene& at) {
    at.ends = channel_kinds()[1].make();
    static_cast<void>(::write(at.ends.write.get(), "part", 4));
    at.finish = [&at] { static_cast<void>(::write(at.ends.write.get(), "and the rest", 12)); };
}

void listening_socket(scene& at) {
    at.ends.read.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(at.ends.read.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(at.ends.read.get(), 1);
    at.finish = [&at] {
        sockaddr_in peer{};
        socklen_t size = sizeof peer;
        ::getsockname(at.ends.read.get(), reinterpret_cast<sockaddr*>(&peer), &size);
        at.ends.write.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        ::connect(at.ends.write.get(), reinterpret_cast<sockaddr*>(&peer), size);
    };
}

void listening_socket_with_limit(scene& at) {
    listening_socket(at);
    ::setsockopt(at.ends.read.get(), SOL_SOCKET, SO_RCVTIMEO, &minute, sizeof minute);
}

std::array<char, 64> interrupted_bytes;

std::vector<waiting_call> interrupted_reading_calls() {
    return {
        {"read", "", empty_pipe,
         [](session& with, scene& at) {
             with.note("read", ::read(at.ends.read.get(), interrupted_bytes.data(), 1));
         }},
        {"read", "a socket", empty_socket,
         [](session& with, scene& at) {
             with.note("read", ::read(at.ends.read.get(), interrupted_bytes.data(), 1));
         }},
        {"read", "SO_RCVTIMEO", empty_socket_with_limit,
         [](session& with, scene& at) {
             with.note("read", ::read(at.ends.read.get(), interrupted_bytes.data(), 1));
         }},
        {"readv", "", empty_pipe,
         [](session& with, scene& at) {
             const iovec into{interrupted_bytes.data(), 1};
             with.note("readv", ::readv(at.ends.read.get(), &into, 1));
         }},
        {"recv", "", empty_socket,
         [](session& with, scene& at) {
             with.note("recv", ::recv(at.ends.read.get(), interrupted_bytes.data(), 1, 0));
         }},
        {"recv", "MSG_WAITALL, a part is there", part_of_a_message,
         [](session& with, scene& at) {
             with.note("recv",
                       ::recv(at.ends.read.get(), interrupted_bytes.data(), 16, MSG_WAITALL));
         }},
        {"recvfrom", "", empty_socket,
         [](session& with, scene& at) {
             sockaddr_storage peer{};
             socklen_t size = sizeof peer;
             with.note("recvfrom", ::recvfrom(at.ends.read.get(), interrupted_bytes.data(), 1, 0,
                                              reinterpret_cast<sockaddr*>(&peer), &size));
         }},
        {"recvmsg", "", empty_socket,
         [](session& with, scene& at) {
             iovec into{interrupted_bytes.data(), 1};
             msghdr message{};
             message.msg_iov = &into;
             message.msg_iovlen = 1;
             with.note("recvmsg", ::recvmsg(at.ends.read.get(), &message, 0));
         }},
        {"recvmmsg", "", empty_socket,
         [](session& with, scene& at) {
             iovec into{interrupted_bytes.data(), 1};
             mmsghdr message{};
             message.msg_hdr.msg_iov = &into;
             message.msg_hdr.msg_iovlen = 1;
             with.note("recvmmsg", ::recvmmsg(at.ends.read.get(), &message, 1, 0, nullptr));
         }},
        {"accept", "", listening_socket,
         [](session& with, scene& at) {
             const unique_fd made(::accept(at.ends.read.get(), nullptr, nullptr));
             with.note("accept", made.get() < 0 ? -1 : 0);
         }},
        {"accept4", "SO_RCVTIMEO", listening_socket_with_limit,
         [](session& with, scene& at) {
             const unique_fd made(::accept4(at.ends.read.get(), nullptr, nullptr, SOCK_CLOEXEC));
             with.note("accept4", made.get() < 0 ? -1 : 0);
         }},
    };
}

std::vector<waiting_call> interrupted_writing_calls() {
    static const std::string much(1 << 20, 'm');
    return {
        {"write", "", full_pipe,
         [](session& with, scene& at) {
             with.note("write", ::write(at.ends.write.get(), "x", 1));
         }},
        {"write", "a part fits", [](scene& at) { at.ends = channel_kinds()[0].make(); },
         [](session& with, scene& at) {
             with.note("write", ::write(at.ends.write.get(), much.data(), much.size()));
         }},
        {"send", "", full_socket,
         [](session& with, scene& at) {
             with.note("send", ::send(at.ends.write.get(), "x", 1, 0));
         }},
        {"send", "SO_SNDTIMEO", full_socket_with_limit,
         [](session& with, scene& at) {
             with.note("send", ::send(at.ends.write.get(), "x", 1, 0));
         }},
        {"sendmsg", "", full_socket,
         [](session& with, scene& at) {
             iovec from{interrupted_bytes.data(), 1};
             msghdr message{};
             message.msg_iov = &from;
             message.msg_iovlen = 1;
             with.note("sendmsg", ::sendmsg(at.ends.write.get(), &message, 0));
         }},
    };
}

}  // namespace

std::vector<waiting_call> interrupted_transfers() {
    std::vector<waiting_call> all = interrupted_reading_calls();
    for (const waiting_call& each : interrupted_writing_calls()) {
        all.push_back(each);
    }
    return all;
}

}  // namespace weft::test
