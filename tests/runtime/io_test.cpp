// SPDX-License-Identifier: BSL-1.0
#include <weft/io.hpp>

#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/descriptors.hpp"
#include "support/errors.hpp"
#include "support/runtime_test.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <string>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;
using test::error_of;
using test::receive_text;
using test::send_text;
using Io = test::runtime_test;

FIBER_TEST_F(Io, ReceivesWhatWasSent) {
    auto [left, right] = test::socket_pair();
    auto reader = spawn([&left = left] { return receive_text(left); });
    let_others_run();
    EXPECT_FALSE(reader.done());
    send_text(right, "hello");
    EXPECT_EQ(reader.get(), "hello");
}

FIBER_TEST_F(Io, EndOfStreamIsZeroBytes) {
    auto [left, right] = test::tcp_pair();
    send_text(right, "bye");
    right.reset();
    EXPECT_EQ(receive_text(left), "bye");
    EXPECT_EQ(receive_text(left), "");
    EXPECT_EQ(receive_text(left), "");
}

FIBER_TEST_F(Io, EndOfStreamWakesAReader) {
    auto [left, right] = test::tcp_pair();
    auto reader = spawn([&left = left] { return receive_text(left); });
    let_others_run();
    right.reset();
    EXPECT_EQ(reader.get(), "");
}

// Scenario 7: one fiber reads while another writes on the same descriptor.
FIBER_TEST_F(Io, BothDirectionsAtOnce) {
    auto [left, right] = test::tcp_pair();
    const std::string large(1 << 20, 'x');
    auto writer = spawn([&, &left = left] { send_text(left, large); });
    auto reader = spawn([&left = left] { return receive_text(left); });
    let_others_run();
    send_text(right, "while writing");
    EXPECT_EQ(reader.get(), "while writing");
    std::size_t received = 0;
    while (received < large.size()) {
        received += receive_text(right, 65536).size();
    }
    writer.get();
}

// Scenario 7: several readers of one descriptor are served first come, first served.
FIBER_TEST_F(Io, ReadersTakeTurns) {
    auto [left, right] = test::socket_pair();
    std::string order;
    std::vector<task<>> readers;
    for (const char name : {'a', 'b', 'c'}) {
        readers.push_back(
            spawn([&, name, &left = left] { order += name + receive_text(left, 1); }));
    }
    let_others_run();
    send_text(right, "123");
    for (auto& each : readers) {
        each.get();
    }
    EXPECT_EQ(order, "a1b2c3");
}

// Scenario 15: delivered one byte at a time, the result is the same.
TEST_F(Io, SingleBytesArrive) {
    for (const bool tcp : {false, true}) {
        run([&] {
            auto [left, right] = tcp ? test::tcp_pair() : test::socket_pair();
            const std::string text = "one byte after the other";
            auto writer = spawn([&, &right = right] {
                for (const char each : text) {
                    send_text(right, {&each, 1});
                    this_fiber::sleep_for(1ms);
                }
                right.reset();
            });
            std::string received;
            for (std::string part; !(part = receive_text(left)).empty();) {
                received += part;
            }
            EXPECT_EQ(received, text);
            writer.get();
        });
    }
}

FIBER_TEST_F(Io, FailuresNameTheCall) {
    try {
        static_cast<void>(io::recv(-1, {}));
        FAIL() << "recv() returned";
    } catch (const io_error& error) {
        EXPECT_EQ(error.code().value(), EBADF);
        EXPECT_EQ(std::string(error.what()).find("recv"), 0U);
    }
}

TEST_F(Io, BadDescriptorsFail) {
    const int closed = test::checked(::fcntl(2, F_DUPFD, 500));
    ::close(closed);
    run([&] {
        std::array<std::byte, 1> byte{};
        for (const int fd : {-1, closed, 1'000'000}) {
            EXPECT_EQ(error_of([&] { static_cast<void>(io::recv(fd, byte)); }), EBADF) << fd;
            EXPECT_EQ(error_of([&] { static_cast<void>(io::read(fd, byte)); }), EBADF) << fd;
            EXPECT_EQ(error_of([&] { static_cast<void>(io::write(fd, byte)); }), EBADF) << fd;
            EXPECT_EQ(error_of([&] { static_cast<void>(io::accept(fd)); }), EBADF) << fd;
            EXPECT_EQ(error_of([&] { io::wait_readable(fd); }), EBADF) << fd;
            EXPECT_EQ(error_of([&] { io::wait_writable(fd); }), EBADF) << fd;
        }
    });
}

TEST_F(Io, NeedsAFiber) {
    std::array<std::byte, 1> byte{};
    EXPECT_THROW(static_cast<void>(io::recv(0, byte)), usage_error);
    EXPECT_THROW(io::wait_readable(0), usage_error);
    io::forget(0);  // no effect
}

// Scenario 13: SIGPIPE never kills.
FIBER_TEST_F(Io, SendToAClosedPeerIsAnError) {
    auto [left, right] = test::socket_pair();
    right.reset();
    EXPECT_EQ(error_of([&, &left = left] { send_text(left, "lost"); }), EPIPE);
}

FIBER_TEST_F(Io, PipesReadAndWrite) {
    auto [out, in] = test::pipe_pair();
    auto reader = spawn([&out = out] {
        std::array<std::byte, 100> into{};
        const std::size_t size = io::read(out.get(), into);
        return std::string(reinterpret_cast<const char*>(into.data()), size);
    });
    let_others_run();
    EXPECT_EQ(io::write(in.get(), test::bytes_of("piped")), 5U);
    EXPECT_EQ(reader.get(), "piped");
    in.reset();
    std::array<std::byte, 1> end{};
    EXPECT_EQ(io::read(out.get(), end), 0U);
}

// The flag belongs to the open file description, which others may share.
FIBER_TEST_F(Io, FullPipeBlocksOnlyTheFiberAndKeepsItsFlags) {
    auto [out, in] = test::pipe_pair();
    const std::string much(300'000, 'p');
    auto writer = spawn([&, &in = in] {
        std::string_view left = much;
        while (!left.empty()) {
            left.remove_prefix(io::write(in.get(), test::bytes_of(left)));
        }
        in.reset();
    });
    let_others_run();
    EXPECT_FALSE(writer.done());
    EXPECT_EQ(::fcntl(in.get(), F_GETFL) & O_NONBLOCK, 0);
    std::size_t received = 0;
    std::array<std::byte, 5000> part{};
    while (const std::size_t size = io::read(out.get(), part)) {
        received += size;
    }
    EXPECT_EQ(received, much.size());
    EXPECT_EQ(::fcntl(out.get(), F_GETFL) & O_NONBLOCK, 0);
}

FIBER_TEST_F(Io, DatagramsKeepTheirBounds) {
    auto [left, right] = test::socket_pair(SOCK_DGRAM);
    std::array<char, 100> buffer{};
    iovec part{buffer.data(), buffer.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    auto reader = spawn([&, &left = left] { return io::recvmsg(left.get(), message); });
    let_others_run();
    std::string text = "datagram";
    iovec sent{text.data(), text.size()};
    msghdr outgoing{};
    outgoing.msg_iov = &sent;
    outgoing.msg_iovlen = 1;
    EXPECT_EQ(io::sendmsg(right.get(), outgoing), 8U);
    EXPECT_EQ(reader.get(), 8U);
    EXPECT_EQ(std::string_view(buffer.data(), 8), text);
}

FIBER_TEST_F(Io, WaitsForReadinessWithoutReading) {
    auto [left, right] = test::socket_pair();
    io::wait_writable(left.get());
    auto waiter = spawn([&left = left] { io::wait_readable(left.get()); });
    let_others_run();
    EXPECT_FALSE(waiter.done());
    send_text(right, "x");
    waiter.get();
    io::wait_readable(left.get());
    EXPECT_EQ(receive_text(left), "x");
    EXPECT_FALSE(move_on_after(1s, [&left = left] { io::wait_readable(left.get()); }));
}

FIBER_TEST_F(Io, AcceptedSocketsAreNonBlockingAndCloseOnExec) {
    test::loopback_listener listener;
    auto acceptor = spawn([&] {
        sockaddr_in peer{};
        unsigned size = sizeof peer;
        auto accepted =
            io::accept(listener.socket.get(), reinterpret_cast<sockaddr*>(&peer), &size);
        EXPECT_EQ(peer.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
        return accepted;
    });
    let_others_run();
    const unique_fd client = listener.client();
    const unique_fd accepted = acceptor.get();
    EXPECT_NE(::fcntl(accepted.get(), F_GETFL) & O_NONBLOCK, 0);
    EXPECT_NE(::fcntl(accepted.get(), F_GETFD) & FD_CLOEXEC, 0);
    send_text(client, "over tcp");
    EXPECT_EQ(receive_text(accepted), "over tcp");
}

FIBER_TEST_F(Io, ConnectsAndRefusalIsAnError) {
    const auto new_socket = [] {
        return unique_fd(test::checked(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)));
    };
    sockaddr_in target{};
    {
        test::loopback_listener listener;
        target = listener.bound;
        const auto client = new_socket();
        io::connect(client.get(), listener.address(), sizeof target);
        const auto accepted = io::accept(listener.socket.get());
        send_text(client, "connected");
        EXPECT_EQ(receive_text(accepted), "connected");
    }
    const auto refused = new_socket();
    EXPECT_EQ(error_of([&] {
                  io::connect(refused.get(), reinterpret_cast<const sockaddr*>(&target),
                              sizeof target);
              }),
              ECONNREFUSED);
}

FIBER_TEST_F(Io, RegularFilesNeedNoWait) {
    const unique_fd file(test::checked(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC)));
    std::array<std::byte, 4> magic{};
    EXPECT_EQ(io::read(file.get(), magic), 4U);
    EXPECT_EQ(static_cast<char>(magic[1]), 'E');
    io::wait_readable(file.get());
}

}  // namespace
}  // namespace weft
