// SPDX-License-Identifier: BSL-1.0

// What the layer remembers of descriptors never shows: whoever sets a time limit or O_NONBLOCK, and
// whatever a number stands for next, the next call heeds it.

#include "interpose/posix_test.hpp"

#include <weft/task.hpp>

#include <arpa/inet.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <thread>

namespace weft::test {
namespace {

void set_limit(int fd) {
    const timeval limit{0, 20'000};
    EXPECT_EQ(::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
}

class KnownSocketsTest : public posix_test {
protected:
    void SetUp() override {
        posix_test::SetUp();
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const any = reinterpret_cast<sockaddr*>(&address);
        listener_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        ASSERT_EQ(::bind(listener_.get(), any, size), 0);
        ASSERT_EQ(::listen(listener_.get(), 1), 0);
        ASSERT_EQ(::getsockname(listener_.get(), any, &size), 0);
        address_ = address;
        peer_ = connect_one();
    }

    void TearDown() override {
        peer_.reset();
        listener_.reset();
        posix_test::TearDown();
    }

    [[nodiscard]] int listener() const { return listener_.get(); }
    [[nodiscard]] int peer() const { return peer_.get(); }

    [[nodiscard]] unique_fd connect_one() const {
        unique_fd made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const auto* const to = reinterpret_cast<const sockaddr*>(&address_);
        EXPECT_EQ(::connect(made.get(), to, sizeof address_), 0);
        return made;
    }

    [[nodiscard]] unique_fd accept_one() const {
        return unique_fd(::accept4(listener(), nullptr, nullptr, SOCK_CLOEXEC));
    }

    /// An accepted socket that has waited: all that can be known of it is known.
    [[nodiscard]] unique_fd accept_and_wait() const {
        unique_fd accepted = accept_one();
        wait_for_bytes(accepted.get());
        wait_for_bytes(accepted.get());
        return accepted;
    }

    void wait_for_bytes(int fd) const {
        task<> sender = spawn([this] { EXPECT_EQ(::send(peer(), "here", 4, 0), 4); });
        EXPECT_EQ(read_from(fd), "here");
        sender.join();
    }

    static std::string read_from(int fd) {
        std::string bytes(16, '\0');
        const ssize_t size = ::read(fd, bytes.data(), bytes.size());
        return size < 0 ? "errno " + std::to_string(errno)
                        : bytes.substr(0, static_cast<std::size_t>(size));
    }

    static std::string none() { return "errno " + std::to_string(EAGAIN); }

private:
    sockaddr_in address_{};
    unique_fd listener_;
    unique_fd peer_;
};

FIBER_TEST_F(KnownSocketsTest, ATimeLimitThatIsSetLaterHolds) {
    const unique_fd accepted = accept_and_wait();
    set_limit(accepted.get());
    EXPECT_EQ(read_from(accepted.get()), none());
}

FIBER_TEST_F(KnownSocketsTest, ATimeLimitSetByWayOfADuplicateHolds) {
    const unique_fd accepted = accept_and_wait();
    const unique_fd other(::dup(accepted.get()));
    set_limit(other.get());
    EXPECT_EQ(read_from(accepted.get()), none());
}

FIBER_TEST_F(KnownSocketsTest, ATimeLimitOfTheListenerIsInherited) {
    const unique_fd first = accept_one();
    set_limit(listener());
    const unique_fd peer = connect_one();  // a connection gets what the listener has by now
    const unique_fd accepted = accept_one();
    EXPECT_EQ(read_from(accepted.get()), none());
}

FIBER_TEST_F(KnownSocketsTest, ATimeLimitSetByAChildHolds) {
    const unique_fd accepted = accept_and_wait();
    const pid_t child = ::fork();
    if (child == 0) {
        set_limit(accepted.get());
        ::_exit(0);
    }
    EXPECT_EQ(::waitpid(child, nullptr, 0), child);
    EXPECT_EQ(read_from(accepted.get()), none());
}

/// Sends a descriptor along with a byte.
void send_descriptor(int to, int sent) {
    char byte = 'd';
    iovec bytes{&byte, 1};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> room{};
    msghdr message{};
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    message.msg_control = room.data();
    message.msg_controllen = room.size();
    cmsghdr* const part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(part), &sent, sizeof sent);
    EXPECT_EQ(::sendmsg(to, &message, 0), 1);
}

int receive_descriptor(int from) {
    char byte = 0;
    iovec bytes{&byte, 1};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> room{};
    msghdr message{};
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    message.msg_control = room.data();
    message.msg_controllen = room.size();
    int received = -1;
    if (::recvmsg(from, &message, 0) == 1) {
        std::memcpy(&received, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof received);
    }
    return received;
}

FIBER_TEST_F(KnownSocketsTest, ATimeLimitSetByAProcessThatWasSentTheSocketHolds) {
    const two_ends ends = make_socket_ends();
    const pid_t child = ::fork();
    if (child == 0) {
        set_limit(receive_descriptor(ends.read.get()));
        ::_exit(0);
    }
    const unique_fd accepted = accept_and_wait();  // after the fork
    send_descriptor(ends.write.get(), accepted.get());
    EXPECT_EQ(::waitpid(child, nullptr, 0), child);
    EXPECT_EQ(read_from(accepted.get()), none());
}

FIBER_TEST_F(KnownSocketsTest, ANumberThatStandsForAnotherSocketIsAskedAnew) {
    const two_ends limited = make_socket_ends();
    set_limit(limited.read.get());
    unique_fd accepted = accept_and_wait();
    EXPECT_EQ(::dup2(limited.read.get(), accepted.get()), accepted.get());
    EXPECT_EQ(read_from(accepted.get()), none());
    const int number = accepted.release();
    EXPECT_EQ(::close(number), 0);
    const unique_fd again(::dup(limited.read.get()));
    EXPECT_EQ(again.get(), number);
    EXPECT_EQ(read_from(again.get()), none());
}

FIBER_TEST_F(KnownSocketsTest, WhatSeemedEmptyAndIsNotIsRead) {
    const unique_fd accepted = accept_and_wait();
    EXPECT_EQ(::send(peer(), "more", 4, 0), 4);
    EXPECT_EQ(read_from(accepted.get()), "more");
}

FIBER_TEST_F(KnownSocketsTest, WhatSeemedEmptyAndIsNonBlockingNeverWaits) {
    const unique_fd accepted = accept_and_wait();
    ::fcntl(accepted.get(), F_SETFL, O_NONBLOCK);
    EXPECT_EQ(read_from(accepted.get()), none());
    EXPECT_EQ(::send(peer(), "more", 4, 0), 4);
    EXPECT_EQ(read_from(accepted.get()), "more");
}

FIBER_TEST_F(KnownSocketsTest, ANumberThatAThreadHasClosedIsReadAnew) {
    const int number = accept_and_wait().release();
    std::thread([number] { EXPECT_EQ(::close(number), 0); }).join();
    const two_ends ends = make_socket_ends();
    const int first = ends.read.get() == number ? ends.write.get() : ends.read.get();
    EXPECT_EQ(::send(first, "new", 3, 0), 3);
    EXPECT_EQ(read_from(number), "new");
}

}  // namespace
}  // namespace weft::test
