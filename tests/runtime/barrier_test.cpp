// SPDX-License-Identifier: BSL-1.0
#include <weft/barrier.hpp>

#include <weft/error.hpp>
#include <weft/event.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>

#include "support/runtime_test.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

namespace weft {
namespace {

using Barrier = test::runtime_test;

auto arriving(barrier& meeting) {
    return spawn([&] { return meeting.arrive_and_wait(); });
}

// T099
FIBER_TEST_F(Barrier, GivesEachAPlaceOfItsOwnInEveryPhase) {
    constexpr std::size_t parties = 3;
    barrier meeting(parties);
    std::vector<std::vector<std::size_t>> places(5);
    std::vector<task<>> all;
    for (std::size_t i = 0; i < parties; ++i) {
        all.push_back(spawn([&, i] {
            for (auto& phase : places) {
                let_others_run(static_cast<int>(i));
                phase.push_back(meeting.arrive_and_wait());
            }
        }));
    }
    for (auto& each : all) {
        each.get();
    }
    for (auto& phase : places) {
        std::sort(phase.begin(), phase.end());
        EXPECT_EQ(phase, (std::vector<std::size_t>{0, 1, 2}));
    }
}

FIBER_TEST_F(Barrier, HoldsTheEarlyBackUntilTheLastArrives) {
    barrier meeting(3);
    auto first = arriving(meeting);
    auto second = arriving(meeting);
    let_others_run();
    EXPECT_FALSE(first.done());
    EXPECT_EQ(meeting.statistics().waiting, 2U);
    EXPECT_EQ(meeting.statistics().parties, 3U);
    EXPECT_EQ(meeting.arrive_and_wait(), 2U);
    EXPECT_EQ(meeting.statistics().waiting, 0U);
    EXPECT_EQ(first.get(), 0U);
    EXPECT_EQ(second.get(), 1U);
}

// T099: a waiter that is cancelled while the phase fills just leaves.
FIBER_TEST_F(Barrier, CancelledWaiterJustLeaves) {
    barrier meeting(3);
    auto first = arriving(meeting);
    auto second = arriving(meeting);
    let_others_run();
    first.cancel();
    EXPECT_THROW(static_cast<void>(first.get()), cancelled);
    auto third = arriving(meeting);
    let_others_run();
    EXPECT_FALSE(second.done());
    EXPECT_EQ(meeting.arrive_and_wait(), 2U);
    EXPECT_EQ(second.get(), 0U);
    EXPECT_EQ(third.get(), 1U);
}

// A phase that is complete cannot be left: the others have already counted on it.
FIBER_TEST_F(Barrier, CompletePhaseBeatsALaterCancel) {
    barrier meeting(2);
    auto first = arriving(meeting);
    let_others_run();
    meeting.arrive_and_wait();
    first.cancel();
    EXPECT_EQ(first.get(), 0U);
}

// T099
FIBER_TEST_F(Barrier, AbortBreaksItUntilReset) {
    barrier meeting(3);
    auto first = arriving(meeting);
    let_others_run();
    meeting.abort();
    EXPECT_THROW(static_cast<void>(first.get()), broken_barrier);
    EXPECT_THROW(meeting.arrive_and_wait(), broken_barrier);
    EXPECT_TRUE(meeting.statistics().broken);
    meeting.reset();
    auto again = arriving(meeting);
    auto other = arriving(meeting);
    let_others_run();
    EXPECT_EQ(meeting.arrive_and_wait(), 2U);
    EXPECT_EQ(again.get() + other.get(), 1U);
}

// T099
FIBER_TEST_F(Barrier, ResetBreaksThoseWhoWaitAndIsUsableAtOnce) {
    barrier meeting(2);
    auto first = arriving(meeting);
    let_others_run();
    meeting.reset();
    auto second = arriving(meeting);
    EXPECT_THROW(static_cast<void>(first.get()), broken_barrier);
    EXPECT_EQ(meeting.arrive_and_wait(), 1U);
    EXPECT_EQ(second.get(), 0U);
}

FIBER_TEST_F(Barrier, CompletionRunsOnceBeforeAnyoneGoesOn) {
    std::string order;
    barrier meeting(2, [&] {
        order += "c";
        this_fiber::yield();
        this_fiber::yield();
        order += "d";
    });
    auto first = spawn([&] {
        meeting.arrive_and_wait();
        order += "1";
    });
    let_others_run();
    meeting.arrive_and_wait();
    first.get();
    EXPECT_EQ(order, "cd1");
}

FIBER_TEST_F(Barrier, CancelDuringCompletionComesTooLate) {
    event go_on;
    barrier meeting(2, [&] { go_on.wait(); });
    auto first = arriving(meeting);
    let_others_run();
    auto last = arriving(meeting);
    let_others_run();
    first.cancel();
    let_others_run();
    EXPECT_FALSE(first.done());
    go_on.set();
    EXPECT_EQ(first.get(), 0U);
    EXPECT_EQ(last.get(), 1U);
}

FIBER_TEST_F(Barrier, CompletionThatThrowsBreaksIt) {
    barrier meeting(2, [] { throw std::domain_error("completion"); });
    auto first = arriving(meeting);
    let_others_run();
    EXPECT_THROW(meeting.arrive_and_wait(), std::domain_error);
    EXPECT_THROW(static_cast<void>(first.get()), broken_barrier);
    EXPECT_TRUE(meeting.statistics().broken);
}

FIBER_TEST_F(Barrier, PartyThatDropsOutIsNotWaitedFor) {
    barrier meeting(3);
    auto first = arriving(meeting);
    auto second = arriving(meeting);
    let_others_run();
    meeting.arrive_and_drop();
    EXPECT_EQ(first.get() + second.get(), 1U);
    meeting.arrive_and_drop();
    EXPECT_EQ(meeting.arrive_and_wait(), 0U) << "alone";
    meeting.arrive_and_drop();
    EXPECT_THROW(meeting.arrive_and_drop(), usage_error);
    EXPECT_THROW(meeting.arrive_and_wait(), usage_error);
}

TEST_F(Barrier, NeedsParties) {
    EXPECT_THROW(barrier(0), std::invalid_argument);
    barrier meeting(1);
    EXPECT_THROW(meeting.arrive_and_wait(), usage_error) << "outside fibers";
}

// T038
FIBER_TEST_F(Barrier, LastArrivalThrowsWhenCancelled) {
    barrier meeting(1);
    cancel_scope scope;
    scope.cancel();
    EXPECT_FALSE(scope.run([&] { meeting.arrive_and_wait(); }));
}

}  // namespace
}  // namespace weft
