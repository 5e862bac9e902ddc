// SPDX-License-Identifier: BSL-1.0
//
// Which system calls the reactor makes. Counts them by standing in for recv() and send().
#include <weft/io.hpp>
#include <weft/task.hpp>

#include "support/descriptors.hpp"
#include "support/runtime_test.hpp"

#include <sys/syscall.h>

#include <cerrno>
#include <string>
#include <string_view>

namespace {

struct call_count {
    int made = 0;
    int in_vain = 0;  // EAGAIN
};
call_count receives;
call_count sends;

ssize_t counted(call_count& count, ssize_t result) {
    ++count.made;
    count.in_vain += result < 0 && errno == EAGAIN ? 1 : 0;
    return result;
}

}  // namespace

extern "C" ssize_t recv(int fd, void* bytes, size_t size, int flags) {
    return counted(receives, ::syscall(SYS_recvfrom, fd, bytes, size, flags, nullptr, nullptr));
}

extern "C" ssize_t send(int fd, const void* bytes, size_t size, int flags) {
    return counted(sends, ::syscall(SYS_sendto, fd, bytes, size, flags, nullptr, 0));
}

namespace weft {
namespace {

using SystemCalls = test::runtime_test;

// Invariant 2 of epoll_backend: no call is made that must fail.
TEST_F(SystemCalls, PingPongMakesNoCallInVain) {
    constexpr int rounds = 100;
    run([] {
        auto [left, right] = test::tcp_pair();
        auto server = spawn([&right = right] {
            for (std::string text; !(text = test::receive_text(right)).empty();) {
                test::send_text(right, text);
            }
        });
        receives = sends = {};
        for (int i = 0; i < rounds; ++i) {
            test::send_text(left, "ping");
            ASSERT_EQ(test::receive_text(left), "ping");
        }
        EXPECT_LE(receives.in_vain, 2) << "once per end, before it is registered";
        EXPECT_EQ(receives.made, 2 * rounds + receives.in_vain);
        EXPECT_EQ(sends.made, 2 * rounds);
        left.reset();
        server.get();
    });
}

// Whoever waits behind another does not ask the kernel for himself.
FIBER_TEST_F(SystemCalls, WaitersInLineAskNothing) {
    auto [left, right] = test::tcp_pair();
    receives = {};
    auto first = spawn([&left = left] { return test::receive_text(left, 1); });
    auto second = spawn([&left = left] { return test::receive_text(left, 1); });
    let_others_run();
    EXPECT_EQ(receives.made, 1);
    test::send_text(right, "12");
    EXPECT_EQ(first.get(), "1");
    EXPECT_EQ(second.get(), "2");
    EXPECT_EQ(receives.made, 3);
}

// A large transfer fills the buffer to the brim and no further.
FIBER_TEST_F(SystemCalls, LargeSendsStopAtAShortOne) {
    auto [left, right] = test::tcp_pair();
    auto reader = spawn([&right = right] {
        std::size_t received = 0;
        for (std::string part; !(part = test::receive_text(right, 1 << 16)).empty();) {
            received += part.size();
        }
        return received;
    });
    test::send_text(left, "x");
    let_others_run();
    sends = {};
    const std::string large(8 << 20, 'x');
    test::send_text(left, large);
    EXPECT_LE(sends.in_vain, 1) << "only the first finds out that the socket is full";
    left.reset();
    EXPECT_EQ(reader.get(), large.size() + 1);
}

}  // namespace
}  // namespace weft
