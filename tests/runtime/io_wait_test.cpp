// SPDX-License-Identifier: BSL-1.0
//
// What happens to fibers that wait on descriptors: cancellation, closing, odd ends of streams.
#include <weft/io.hpp>

#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/descriptors.hpp"
#include "support/runtime_test.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>

namespace weft {
namespace {

using namespace std::chrono_literals;
using test::receive_text;
using test::send_text;
using IoWait = test::runtime_test;

int error_of_receive(const unique_fd& from) {
    try {
        static_cast<void>(receive_text(from));
        return 0;
    } catch (const io_error& error) {
        return error.code().value();
    }
}

/// What several recv() give.
std::string receive_parts(const unique_fd& from, int count) {
    std::string all;
    for (int i = 0; i < count; ++i) {
        all += receive_text(from);
    }
    return all;
}

// gh-81839, bpo-37658 and decision 1: cancelled means that no byte was taken.
FIBER_TEST_F(IoWait, CancelledReceiveLosesNoByte) {
    auto [left, right] = test::socket_pair();
    EXPECT_FALSE(move_on_after(1s, [&left = left] { static_cast<void>(receive_text(left)); }));
    send_text(right, "kept");
    EXPECT_EQ(receive_text(left), "kept");
}

FIBER_TEST_F(IoWait, BytesThatArriveWithTheCancellationStay) {
    auto [left, right] = test::socket_pair();
    auto reader = spawn([&left = left] { return receive_text(left); });
    let_others_run();
    send_text(right, "kept");
    reader.cancel();
    EXPECT_THROW(reader.get(), cancelled);
    EXPECT_EQ(receive_text(left), "kept");
}

FIBER_TEST_F(IoWait, CancelOfOneReaderServesTheNext) {
    auto [left, right] = test::socket_pair();
    auto first = spawn([&left = left] { return receive_text(left); });
    auto second = spawn([&left = left] { return receive_text(left); });
    let_others_run();
    first.cancel();
    send_text(right, "for the second");
    EXPECT_EQ(second.get(), "for the second");
    EXPECT_THROW(first.get(), cancelled);
}

// T038
FIBER_TEST_F(IoWait, ReadyDescriptorsThrowWhenCancelled) {
    auto [left, right] = test::socket_pair();
    send_text(right, "kept");
    cancel_scope scope;
    scope.cancel();
    EXPECT_FALSE(scope.run([&left = left] { static_cast<void>(receive_text(left)); }));
    EXPECT_EQ(receive_text(left), "kept");
}

// T121, gh-153761, gh-81839: a client that arrives with the cancellation reaches the next accept().
FIBER_TEST_F(IoWait, CancelledAcceptLosesNoConnection) {
    test::loopback_listener listener;
    auto acceptor = spawn([&] { return io::accept(listener.socket.get()); });
    let_others_run();
    const unique_fd client = listener.client();
    acceptor.cancel();
    EXPECT_THROW(static_cast<void>(acceptor.get()), cancelled);
    const unique_fd accepted = io::accept(listener.socket.get());
    send_text(client, "still there");
    EXPECT_EQ(receive_text(accepted), "still there");
}

// Scenario 6: closing wakes every waiter with an error.
FIBER_TEST_F(IoWait, CloseWakesReadersAndWriters) {
    auto [left, right] = test::socket_pair();
    const std::string large(1 << 22, 'x');
    auto reader = spawn([&left = left] { return error_of_receive(left); });
    auto writer = spawn([&, &left = left] {
        try {
            send_text(left, large);
            return 0;
        } catch (const io_error& error) {
            return error.code().value();
        }
    });
    let_others_run();
    io::close(left.release());
    EXPECT_EQ(reader.get(), EBADF);
    EXPECT_EQ(writer.get(), EBADF);
}

FIBER_TEST_F(IoWait, ForgetWakesWithoutClosing) {
    auto [left, right] = test::socket_pair();
    auto reader = spawn([&left = left] { return error_of_receive(left); });
    let_others_run();
    io::forget(left.get());
    EXPECT_EQ(reader.get(), EBADF);
    send_text(right, "again");
    EXPECT_EQ(receive_text(left), "again");
}

// gh-131728, python/asyncio #205: a cancelled wait whose descriptor is closed before the fiber
// runs.
FIBER_TEST_F(IoWait, CloseAfterCancelIsHarmless) {
    auto [left, right] = test::socket_pair();
    auto reader = spawn([&left = left] { static_cast<void>(receive_text(left)); });
    let_others_run();
    reader.cancel();
    left.reset();
    EXPECT_THROW(reader.get(), cancelled);
}

// Scenario 6, T122, python/asyncio #366: an event of the old descriptor does not reach a new one of
// the same number.
FIBER_TEST_F(IoWait, ReusedNumberGetsNoStaleEvent) {
    auto [left, right] = test::socket_pair();
    auto reader = spawn([&left = left] { return error_of_receive(left); });
    let_others_run();
    send_text(right, "stale");  // the event is pending now
    const int number = left.get();
    left.reset();
    auto [next_left, next_right] = test::socket_pair();
    ASSERT_EQ(next_left.get(), number);
    auto next_reader = spawn([&next = next_left] { return receive_text(next); });
    let_others_run(20);
    EXPECT_FALSE(next_reader.done());
    send_text(next_right, "fresh");
    EXPECT_EQ(next_reader.get(), "fresh");
    EXPECT_EQ(reader.get(), EBADF);
}

using IoWaitSlow = test::runtime_test;
using IoWaitLong = test::runtime_test;

void reuse_numbers(int times) {
    for (int i = 0; i < times; ++i) {
        auto [left, right] = test::socket_pair();
        auto reader = spawn([&left = left] { return error_of_receive(left); });
        this_fiber::yield();
        if (i % 2 == 0) {
            test::send_from_outside(right, "event");
        }
        left.reset();
        const int error = reader.get();
        ASSERT_TRUE(error == EBADF || (error == 0 && i % 2 == 0)) << i << ": " << error;
    }
}

FIBER_TEST_F(IoWaitSlow, NumbersAreReusedSafelyForever) {
    may_compute();
    reuse_numbers(10'000);
}

// Scenario 6, T122: 10^5 times.
FIBER_TEST_F(IoWaitLong, NumbersAreReusedSafelyForever) {
    may_compute();
    reuse_numbers(100'000);
}

// A short read means an empty socket only where the kernel says so. On the Unix family, reading
// also stops behind a message that carried descriptors.
FIBER_TEST_F(IoWait, ShortReadOnAUnixSocketIsNotTheEnd) {
    auto [left, right] = test::socket_pair();
    auto reader = spawn([&left = left] { return receive_parts(left, 2); });
    let_others_run();  // the reader waits, so the descriptor is registered
    char letter = 'a';
    iovec part{&letter, 1};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    auto* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    const int passed = 2;
    std::memcpy(CMSG_DATA(rights), &passed, sizeof passed);
    test::checked(static_cast<int>(::sendmsg(right.get(), &message, 0)));
    test::send_from_outside(right, "b");
    const auto both = move_on_after(1s, [&] { return reader.get(); });
    EXPECT_EQ(both, "ab") << "the second read waited for an event that does not come";
}

// On TCP, reading stops before urgent data.
FIBER_TEST_F(IoWait, ShortReadBeforeUrgentDataIsNotTheEnd) {
    auto [left, right] = test::tcp_pair();
    auto reader = spawn([&left = left] { return receive_parts(left, 2); });
    let_others_run();
    test::send_from_outside(right, "a");
    test::checked(static_cast<int>(::send(right.get(), "!", 1, MSG_OOB)));
    test::send_from_outside(right, "b");
    const auto both = move_on_after(1s, [&] { return reader.get(); });
    EXPECT_EQ(both, "ab") << "the second read waited for an event that does not come";
}

// A datagram is always shorter than the buffer.
FIBER_TEST_F(IoWait, EveryDatagramIsReceived) {
    auto [left, right] = test::socket_pair(SOCK_DGRAM);
    auto reader = spawn([&left = left] { return receive_parts(left, 3); });
    let_others_run();
    test::send_from_outside(right, "1");
    test::send_from_outside(right, "2");
    test::send_from_outside(right, "3");
    EXPECT_EQ(move_on_after(1s, [&] { return reader.get(); }), "123");
}

FIBER_TEST_F(IoWait, HalfClosedStreamIsReadToItsEnd) {
    auto [left, right] = test::tcp_pair();
    auto reader = spawn([&left = left] {
        std::string all;
        for (std::string part; !(part = receive_text(left, 3)).empty();) {
            all += part;
        }
        return all;
    });
    let_others_run();
    send_text(right, "the last words");
    ::shutdown(right.get(), SHUT_WR);
    EXPECT_EQ(reader.get(), "the last words");
    send_text(left, "answer");
    EXPECT_EQ(receive_text(right), "answer");
}

FIBER_TEST_F(IoWait, ResetIsAnErrorForReaderAndWriter) {
    auto [left, right] = test::tcp_pair();
    auto reader = spawn([&left = left] { return error_of_receive(left); });
    let_others_run();
    const linger at_once{1, 0};
    ::setsockopt(right.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    right.reset();
    EXPECT_EQ(reader.get(), ECONNRESET);
    EXPECT_THROW(send_text(left, "late"), io_error);
}

// Scenario 11: a descriptor that is always ready does not keep others from running.
FIBER_TEST_F(IoWait, AlwaysReadyDescriptorLetsOthersRun) {
    const unique_fd zero(test::checked(::open("/dev/zero", O_RDONLY | O_CLOEXEC)));
    bool other_ran = false;
    auto other = spawn([&] { other_ran = true; });
    std::array<std::byte, 1> byte{};
    for (int i = 0; i < 1000 && !other_ran; ++i) {
        static_cast<void>(io::read(zero.get(), byte));
    }
    EXPECT_TRUE(other_ran);
}

}  // namespace
}  // namespace weft
