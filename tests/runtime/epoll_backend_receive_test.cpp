// SPDX-License-Identifier: BSL-1.0
//
// Whoever receives is woken to do so itself: what may happen before its turn comes.
#include "reactor/epoll_backend.hpp"

#include <weft/clock.hpp>
#include <weft/error.hpp>
#include <weft/task.hpp>

#include "support/descriptors.hpp"
#include "support/held_operation.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <string>

namespace weft::detail {
namespace {

using namespace std::chrono_literals;
using EpollReceive = test::epoll_backend_test;
using test::held_operation;
using test::receive_text;
using test::send_from_outside;
using kind = operation::kind;

/// Somebody else, who shares the socket, is faster.
void steal_from(const unique_fd& socket) {
    std::array<char, 16> stolen;
    test::checked(
        static_cast<int>(::recv(socket.get(), stolen.data(), stolen.size(), MSG_DONTWAIT)));
}

/// Lets the loop see what has happened, without a turn for any fiber.
void poll_only() {
    static_cast<void>(current_fiber->home->reactor().poll(0s));
}

FIBER_TEST_F(EpollReceive, TheOwnerMakesTheCall) {
    auto [left, right] = test::socket_pair();
    held_operation receive(*tested, kind::receive, left.get());
    tested->submit(*receive);
    send_from_outside(right, "one");
    EXPECT_EQ(tested->poll(clock::duration::max()), 1U);
    EXPECT_TRUE(receive->owner_tries);
    EXPECT_FALSE(receive->finished);
    send_from_outside(right, "two");
    EXPECT_EQ(tested->poll(0s), 0U) << "it is woken once";
    EXPECT_EQ(receive.woken(), 1);
    EXPECT_EQ(receive->result, 6);
    EXPECT_EQ(tested->pending(), 0U);
}

FIBER_TEST_F(EpollReceive, NobodyReceivesBeforeIt) {
    auto [left, right] = test::socket_pair();
    held_operation first(*tested, kind::receive, left.get());
    held_operation second(*tested, kind::receive, left.get());
    tested->submit(*first);
    send_from_outside(right, "first");
    tested->poll(clock::duration::max());
    tested->submit(*second);
    EXPECT_FALSE(second->finished);
    EXPECT_EQ(first.woken(), 1);
    EXPECT_EQ(first->result, 5);
    EXPECT_EQ(second.woken(), 0);
    send_from_outside(right, "the second");
    tested->poll(clock::duration::max());
    EXPECT_EQ(second.woken(), 1);
    EXPECT_EQ(second->result, 10);
}

// No event comes for bytes that the first one left.
FIBER_TEST_F(EpollReceive, WhatItLeavesReachesTheNext) {
    auto [left, right] = test::socket_pair();
    held_operation first(*tested, kind::receive, left.get());
    held_operation second(*tested, kind::receive, left.get());
    first->size = 1;
    tested->submit(*first);
    tested->submit(*second);
    send_from_outside(right, "abc");
    EXPECT_EQ(tested->poll(clock::duration::max()), 1U);
    EXPECT_EQ(first.woken(), 1);
    EXPECT_EQ(second.woken(), 1);
    EXPECT_EQ(first->result, 1);
    EXPECT_EQ(second->result, 2);
    EXPECT_EQ(tested->pending(), 0U);
}

FIBER_TEST_F(EpollReceive, ItWaitsOnIfSomebodyElseWasFaster) {
    auto [left, right] = test::socket_pair();
    held_operation receive(*tested, kind::receive, left.get());
    tested->submit(*receive);
    send_from_outside(right, "stolen");
    tested->poll(clock::duration::max());
    steal_from(left);
    EXPECT_EQ(receive.woken(), 1);
    EXPECT_FALSE(receive->finished);
    EXPECT_EQ(tested->pending(), 1U);
    send_from_outside(right, "its own");
    EXPECT_EQ(tested->poll(clock::duration::max()), 1U);
    EXPECT_EQ(receive.woken(), 2);
    EXPECT_EQ(receive->result, 7);
}

FIBER_TEST_F(EpollReceive, ForgottenBeforeItsTurnItFails) {
    auto [left, right] = test::socket_pair();
    held_operation receive(*tested, kind::receive, left.get());
    tested->submit(*receive);
    send_from_outside(right, "late");
    tested->poll(clock::duration::max());
    operation forget{.asked = kind::forget, .fd = left.get()};
    tested->submit(forget);
    EXPECT_TRUE(receive->finished);
    EXPECT_EQ(receive->error, EBADF);
    EXPECT_EQ(receive.woken(), 1) << "it was ready already";
    EXPECT_EQ(tested->pending(), 0U);
}

// Chosen, it cannot be cancelled any more: the bytes are its own.
FIBER_TEST_F(EpollReceive, CancelledBeforeItsTurnItStillReceives) {
    auto [left, right] = test::socket_pair();
    auto reader = spawn([&left = left] { return receive_text(left); });
    let_others_run();
    send_from_outside(right, "kept");
    poll_only();
    reader.cancel();
    EXPECT_EQ(reader.get(), "kept");
}

// The cancellation found it ready; nobody would tell it again.
FIBER_TEST_F(EpollReceive, CancelledBeforeItsTurnItDoesNotWaitOn) {
    auto [left, right] = test::socket_pair();
    auto reader = spawn([&left = left] { return receive_text(left); });
    let_others_run();
    send_from_outside(right, "stolen");
    poll_only();
    steal_from(left);
    const auto before = clock::now();
    reader.cancel();
    EXPECT_THROW(reader.get(), cancelled);
    EXPECT_EQ(clock::now(), before) << "it waited for the limit on unwinding";
    send_from_outside(right, "service restored");
    EXPECT_EQ(receive_text(left), "service restored");
}

}  // namespace
}  // namespace weft::detail
