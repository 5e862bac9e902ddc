// SPDX-License-Identifier: BSL-1.0
#include <weft/socket_calls.hpp>

#include <weft/unique_fd.hpp>

#include <gtest/gtest.h>

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string_view>

namespace weft::io {

TEST(SocketCalls, AreThoseOfTheKernelUnlessTheRuntimeIsSimulated) {
    auto& calls = socket_calls_here();
    EXPECT_EQ(calls.name_server(), nullptr);
    const unique_fd receiver(calls.socket(AF_INET, SOCK_DGRAM, 0));
    const unique_fd sender(calls.socket(AF_INET, SOCK_DGRAM, 0));
    sockaddr_in local{};
    local.sin_family = AF_INET;
    local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* generic = reinterpret_cast<sockaddr*>(&local);
    unsigned size = sizeof local;
    ASSERT_EQ(calls.bind(receiver.get(), generic, size), 0);
    ASSERT_EQ(calls.getsockname(receiver.get(), generic, &size), 0);
    ASSERT_NE(local.sin_port, 0);
    ASSERT_EQ(calls.connect(sender.get(), generic, size), 0);

    const unique_fd poller(calls.epoll_create());
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    ASSERT_EQ(calls.epoll_ctl(poller.get(), EPOLL_CTL_ADD, receiver.get(), &wanted), 0);
    epoll_event ready{};
    EXPECT_EQ(calls.epoll_take(poller.get(), &ready, 1), 0);

    iovec piece{const_cast<char*>("hello"), 5};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    EXPECT_EQ(calls.sendmsg(sender.get(), message, 0), 5);
    EXPECT_EQ(calls.epoll_take(poller.get(), &ready, 1), 1);
    std::array<char, 10> got{};
    EXPECT_EQ(calls.recvfrom(receiver.get(), got.data(), got.size(), 0, nullptr, nullptr), 5);
    EXPECT_EQ(std::string_view(got.data(), 5), "hello");
}

TEST(SocketCalls, ReportFailuresByErrno) {
    auto& calls = socket_calls_here();
    for (const int result : {calls.listen(-1, 1), calls.shutdown(-1, SHUT_WR), calls.close(-1),
                             calls.setsockopt(-1, SOL_SOCKET, SO_REUSEADDR, nullptr, 0)}) {
        EXPECT_EQ(result, -1);
        EXPECT_EQ(errno, EBADF);
    }
}

}  // namespace weft::io
