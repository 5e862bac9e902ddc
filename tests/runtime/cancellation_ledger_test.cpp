// SPDX-License-Identifier: BSL-1.0
//
// Regression tests for entries of the ledger A.16 that concern limits, tasks, gather and groups
// and that have no better place. Others are named where their feature is tested.
#include <weft/error.hpp>
#include <weft/event.hpp>
#include <weft/gather.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/task_group.hpp>

#include "support/runtime_test.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace weft {
namespace {

using namespace std::chrono_literals;
using CancellationLedger = test::runtime_test;

// bpo-32751: a limit returned while what it had stopped was still cleaning up.
FIBER_TEST_F(CancellationLedger, LimitReturnsAfterTheCleanup) {
    bool cleaned_up = false;
    EXPECT_THROW(fail_after(1s,
                            [&] {
                                try {
                                    this_fiber::sleep_for(1h);
                                } catch (const cancelled&) {
                                    shield_for(1h, [] { this_fiber::sleep_for(5s); });
                                    cleaned_up = true;
                                    throw;
                                }
                            }),
                 timeout_error);
    EXPECT_TRUE(cleaned_up);
    EXPECT_EQ(clock::now(), clock::time_point{6s});
}

// gh-84849, bpo-37658: what ended in the pass in which the limit struck lost its result.
FIBER_TEST_F(CancellationLedger, ResultOfThePassOfTheLimitIsDelivered) {
    event happened;
    cancel_scope limit;
    int result = 0;
    auto setter = spawn([&] {
        happened.set();
        limit.cancel("deadline");
    });
    EXPECT_TRUE(limit.run([&] {
        happened.wait();
        result = 7;
    }));
    EXPECT_EQ(result, 7);
    setter.get();
}

// gh-107547, bpo-42130: a cancellation in the pass in which the wait ended was swallowed.
FIBER_TEST_F(CancellationLedger, CancellationAfterAHandOffComesAtTheNextCall) {
    event happened;
    bool waited = false;
    auto waiter = spawn([&] {
        fail_after(1h, [&] { happened.wait(); });
        waited = true;
        this_fiber::yield();
        ADD_FAILURE() << "the cancellation was swallowed";
    });
    let_others_run();
    happened.set();
    waiter.cancel();
    EXPECT_THROW(waiter.get(), cancelled);
    EXPECT_TRUE(waited);
}

// bpo-23219, python/asyncio #211: cancelling who waits under a limit reaches what is limited.
FIBER_TEST_F(CancellationLedger, CancellationReachesIntoALimit) {
    std::string reason;
    auto limited = spawn([&] {
        fail_after(1h, [&] {
            try {
                this_fiber::sleep_for(1h);
            } catch (const cancelled& request) {
                reason = request.reason();
                throw;
            }
        });
    });
    let_others_run();
    limited.cancel("outside");
    EXPECT_THROW(limited.get(), cancelled);
    EXPECT_EQ(reason, "outside");
}

// bpo-26923: cancelled when all had ended, gather() still returns what they returned.
FIBER_TEST_F(CancellationLedger, GatherCancelledAfterTheLastEndReturnsTheResults) {
    event may_end;
    std::vector<task<int>> tasks;
    tasks.push_back(spawn([&] {
        may_end.wait();
        return 1;
    }));
    auto waiter = spawn([&] { return gather(std::move(tasks)); });
    let_others_run();
    may_end.set();
    auto canceller = spawn([&] { waiter.cancel(); });  // after the end, before the waiter runs
    EXPECT_EQ(waiter.get(), std::vector{1});
    canceller.get();
}

// gh-95289: an outer cancellation in the pass in which a child of an inner group failed.
FIBER_TEST_F(CancellationLedger, OuterCancellationSurvivesTheFailureOfAnInnerGroup) {
    std::string trace;
    with_task_group([&](task_group& outer) {
        outer.spawn([&] {
            try {
                with_task_group([&](task_group& inner) {
                    inner.spawn([&] {
                        outer.cancel();
                        throw std::runtime_error("child");
                    });
                    this_fiber::sleep_for(1h);
                });
            } catch (const exception_group&) {
                trace += "group ";
            }
            try {
                this_fiber::sleep_for(1h);
            } catch (const cancelled&) {
                trace += "cancelled";
                throw;
            }
        });
    });
    EXPECT_EQ(trace, "group cancelled");
    this_fiber::yield();
}

// gh-128550, gh-128588: a child that fails before the body has blocked once.
FIBER_TEST_F(CancellationLedger, FailureAtOnceLeavesNoCancellationBehind) {
    for (const bool body_blocks : {true, false}) {
        EXPECT_THROW(with_task_group([&](task_group& group) {
                         group.spawn([] { throw std::runtime_error("at once"); });
                         group.spawn([] {});
                         if (body_blocks) {
                             this_fiber::yield();
                             this_fiber::yield();
                             ADD_FAILURE() << "the body was not cancelled";
                         }
                     }),
                     exception_group);
        this_fiber::yield();  // undisturbed
    }
}

// gh-113848: a class derived from cancelled is a cancellation too.
TEST_F(CancellationLedger, DerivedCancellationIsNoFailure) {
    struct own_cancelled : cancelled {
        own_cancelled() : cancelled(1, "derived") {}
    };
    run([] {
        bool sibling_ended = false;
        with_task_group([&](task_group& group) {
            group.spawn([] { throw own_cancelled(); });
            group.spawn([&] {
                this_fiber::sleep_for(1s);
                sibling_ended = true;
            });
        });
        EXPECT_TRUE(sibling_ended);
        EXPECT_THROW(spawn([] { throw own_cancelled(); }).get(), own_cancelled);
    });
}

// T049: whoever waits for a task may be cancelled, twice over; the task goes on, and its failure
// is reported once when nobody asks any more.
FIBER_TEST_F(CancellationLedger, FailureOfATaskThatItsWaitersLeftIsReportedOnce) {
    auto inner = spawn([] {
        this_fiber::sleep_for(1s);
        throw std::runtime_error("late");
    });
    auto first = spawn([&] { inner.join(); });
    auto second = spawn([&] { first.join(); });
    let_others_run();
    second.cancel();
    first.cancel();
    EXPECT_THROW(second.get(), cancelled);
    EXPECT_THROW(first.get(), cancelled);
    EXPECT_EQ(clock::now(), clock::time_point{});
    inner.detach();
    this_fiber::sleep_for(2s);
    const auto reports = take_reports();
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(describe(reports[0].error), "late");
}

}  // namespace
}  // namespace weft
