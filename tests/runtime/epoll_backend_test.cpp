// SPDX-License-Identifier: BSL-1.0
//
// The contract of the seam below weft::io, on the epoll backend without a loop around it.
#include "reactor/backend.hpp"

#include <weft/task.hpp>

#include "support/descriptors.hpp"
#include "support/held_operation.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

namespace weft::detail {
namespace {

using namespace std::chrono_literals;
using kind = operation::kind;

using EpollBackend = test::epoll_backend_test;
using test::held_operation;

FIBER_TEST_F(EpollBackend, FinishesAtOnceWhatNeedsNoWait) {
    auto [left, right] = test::socket_pair();
    test::send_from_outside(right, "here");
    held_operation receive(*tested, kind::receive, left.get());
    tested->submit(*receive);
    EXPECT_TRUE(receive->finished);
    EXPECT_EQ(receive->result, 4);
    EXPECT_EQ(receive->error, 0);
    EXPECT_EQ(tested->pending(), 0U);
    EXPECT_FALSE(receive.woken()) << "one that never waited is not woken";
}

FIBER_TEST_F(EpollBackend, HoldsUntilPollFindsItReady) {
    auto [left, right] = test::socket_pair();
    held_operation receive(*tested, kind::receive, left.get());
    tested->submit(*receive);
    EXPECT_FALSE(receive->finished);
    EXPECT_EQ(tested->pending(), 1U);
    EXPECT_EQ(tested->poll(0s), 0U);
    test::send_from_outside(right, "later");
    EXPECT_FALSE(receive->finished);
    EXPECT_EQ(tested->poll(clock::duration::max()), 1U);
    EXPECT_TRUE(receive.woken());
    EXPECT_TRUE(receive->finished);
    EXPECT_EQ(receive->result, 5);
    EXPECT_EQ(tested->pending(), 0U);
}

// The rule that makes epoll and io_uring look alike.
FIBER_TEST_F(EpollBackend, CancelNeverFinishesAnOperation) {
    auto [left, right] = test::socket_pair();
    held_operation receive(*tested, kind::receive, left.get());
    tested->submit(*receive);
    tested->cancel(*receive);
    EXPECT_FALSE(receive->finished);
    EXPECT_FALSE(receive.woken());
    EXPECT_EQ(tested->pending(), 1U);
    EXPECT_EQ(tested->poll(clock::duration::max()), 1U) << "it must not wait for more";
    EXPECT_TRUE(receive->finished);
    EXPECT_TRUE(receive->cancelled);
    EXPECT_EQ(tested->pending(), 0U);
}

FIBER_TEST_F(EpollBackend, CancelledOperationTakesNothing) {
    auto [left, right] = test::socket_pair();
    held_operation receive(*tested, kind::receive, left.get());
    tested->submit(*receive);
    test::send_from_outside(right, "kept");
    tested->cancel(*receive);
    tested->poll(0s);
    EXPECT_TRUE(receive->cancelled);
    held_operation next(*tested, kind::receive, left.get());
    tested->submit(*next);
    EXPECT_EQ(next->result, 4);
}

FIBER_TEST_F(EpollBackend, ServesWaitersInOrder) {
    auto [left, right] = test::socket_pair(SOCK_DGRAM);
    held_operation first(*tested, kind::receive, left.get());
    held_operation second(*tested, kind::receive, left.get());
    tested->submit(*first);
    tested->submit(*second);
    test::send_from_outside(right, "1");
    tested->poll(clock::duration::max());
    EXPECT_TRUE(first.woken());
    EXPECT_TRUE(first->finished);
    EXPECT_FALSE(second->finished);
    test::send_from_outside(right, "2");
    tested->poll(clock::duration::max());
    EXPECT_TRUE(second.woken());
    EXPECT_TRUE(second->finished);
}

FIBER_TEST_F(EpollBackend, ForgetFailsWhoeverWaits) {
    auto [left, right] = test::socket_pair();
    held_operation receive(*tested, kind::receive, left.get());
    held_operation readable(*tested, kind::readable, left.get());
    tested->submit(*receive);
    tested->submit(*readable);
    operation forget{.asked = kind::forget, .fd = left.get()};
    tested->submit(forget);
    EXPECT_TRUE(forget.finished);
    EXPECT_EQ(receive->error, EBADF);
    EXPECT_EQ(readable->error, EBADF);
    EXPECT_EQ(tested->pending(), 0U);
}

TEST_F(EpollBackend, ForgetOfTheUnknownIsHarmless) {
    for (const int fd : {-1, 0, 1'000'000}) {
        operation forget{.asked = kind::forget, .fd = fd};
        tested->submit(forget);
        EXPECT_TRUE(forget.finished);
        EXPECT_EQ(forget.error, 0);
    }
}

// Invariant 4. The old file lives on in a duplicate, so the kernel still reports its events.
FIBER_TEST_F(EpollBackend, EventOfAForgottenFileReachesNobody) {
    auto [left, right] = test::socket_pair();
    held_operation old(*tested, kind::receive, left.get());
    tested->submit(*old);
    const unique_fd duplicate(test::checked(::dup(left.get())));
    const int number = left.get();
    operation forget{.asked = kind::forget, .fd = number};
    tested->submit(forget);
    auto [other, other_right] = test::socket_pair();
    test::checked(::dup2(other.get(), number));
    held_operation fresh(*tested, kind::receive, number);
    tested->submit(*fresh);
    test::send_from_outside(right, "stale");
    tested->poll(0s);
    EXPECT_FALSE(fresh->finished);
    test::send_from_outside(other_right, "ok");
    tested->poll(clock::duration::max());
    EXPECT_TRUE(fresh.woken());
    EXPECT_EQ(fresh->result, 2);
}

TEST_F(EpollBackend, WakeEndsAPoll) {
    std::thread waker([&] { tested->wake(); });
    EXPECT_EQ(tested->poll(clock::duration::max()), 0U);
    waker.join();
    tested->wake();
    tested->wake();
    EXPECT_EQ(tested->poll(clock::duration::max()), 0U) << "a wake before the poll counts";
    EXPECT_EQ(tested->poll(0s), 0U);
}

TEST_F(EpollBackend, EveryWakeCounts) {
    for (int i = 0; i < 1000; ++i) {
        std::thread waker;
        if (i % 100 == 0) {
            waker = std::thread([&] { tested->wake(); });
        } else {
            tested->wake();
        }
        EXPECT_EQ(tested->poll(clock::duration::max()), 0U);
        if (waker.joinable()) {
            waker.join();
        }
    }
}

TEST_F(EpollBackend, PollKeepsItsLimit) {
    const auto before = std::chrono::steady_clock::now();
    EXPECT_EQ(tested->poll(2ms), 0U);
    EXPECT_GE(std::chrono::steady_clock::now() - before, 2ms);
}

// A regular file cannot be registered: the caller is told.
FIBER_TEST_F(EpollBackend, WhatCannotBePolledFails) {
    const unique_fd file(test::checked(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC)));
    held_operation accept(*tested, kind::accept, file.get());
    tested->submit(*accept);
    EXPECT_TRUE(accept->finished);
    EXPECT_EQ(accept->error, ENOTSOCK);
    EXPECT_EQ(tested->pending(), 0U);
}

// Both directions of one descriptor wait independently.
FIBER_TEST_F(EpollBackend, DirectionsAreIndependent) {
    auto [left, right] = test::tcp_pair();
    held_operation receive(*tested, kind::receive, left.get());
    tested->submit(*receive);
    const std::vector<std::byte> large(1 << 22);
    held_operation send(*tested, kind::send, left.get());
    for (send->bytes = const_cast<std::byte*>(large.data()), send->size = large.size();;) {
        tested->submit(*send);
        if (!send->finished) {
            break;
        }
        send->finished = false;
    }
    test::send_from_outside(right, "in");
    tested->poll(clock::duration::max());
    EXPECT_TRUE(receive.woken());
    EXPECT_TRUE(receive->finished);
    EXPECT_FALSE(send->finished);
    tested->cancel(*send);
    tested->poll(0s);
    EXPECT_TRUE(send->cancelled);
}

}  // namespace
}  // namespace weft::detail
